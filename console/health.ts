import type { InactiveReason } from "../core/installation.ts";
import type { InstallationItem } from "../functions/http/responses.ts";

/** The health of an installation in a few words, with the next step. */
export interface Health {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
  /** The next step of an operator, or `undefined` for a healthy installation. */
  readonly advice?: string;
}

const ENDED: Record<InactiveReason, Health> = {
  reauthorization_required: {
    tone: "bad",
    text: "needs a new install",
    advice: "The grant was revoked or has expired. Send the customer a reconnect link.",
  },
  uninstalled: {
    tone: "bad",
    text: "uninstalled",
    advice: "The customer removed the bot. A reconnect link installs it again.",
  },
  suspended: {
    tone: "warn",
    text: "suspended",
    advice: "An owner suspended the App on GitHub, and can end this in its settings there.",
  },
  disabled: {
    tone: "warn",
    text: "disabled",
    advice: "An operator disabled the installation. Enable it to return its token again.",
  },
  unclaimed: {
    tone: "warn",
    text: "not connected",
    advice: "The App is installed on GitHub, and no owner has connected it. Send an install link.",
  },
};

/** Returns the health of an installation, the worst finding first. */
export function describeHealth(item: InstallationItem): Health {
  if (item.inactive_reason !== null) return ENDED[item.inactive_reason];
  if (item.grant_ends_at !== null) {
    return {
      tone: "bad",
      text: "ends soon",
      advice: `The refresh token was lost. The last token ends at ${item.grant_ends_at}. Send a reconnect link.`,
    };
  }
  if (item.last_refresh_error !== null) {
    return {
      tone: "warn",
      text: "refresh failing",
      advice: `The last refresh failed: ${item.last_refresh_error}. It is tried again at the next lookup and by the sweep.`,
    };
  }
  const missing = [...item.missing_scopes, ...Object.keys(item.missing_permissions)];
  if (missing.length > 0) {
    return {
      tone: "warn",
      text: "lacks permissions",
      advice: `The customer has not granted ${missing.join(", ")}. Send a reconnect link, or ask an owner to accept.`,
    };
  }
  return { tone: "good", text: "healthy" };
}

/** Returns the platform's page with the settings of an installation, where it has an address. */
export function settingsUrlOf(item: InstallationItem): string | undefined {
  switch (item.platform) {
    case "github":
      return item.provider_installation_id === null
        ? undefined
        : `https://github.com/settings/installations/${item.provider_installation_id}`;
    case "slack":
      return `https://app.slack.com/apps-manage/${item.organization_id}/integrations/installed`;
    case "jira":
      return undefined;
  }
}
