import type { ErrorCode } from "../../core/errors.ts";

/** The ids that a next step can name. */
export interface AdviceContext {
  /** The name of the platform in text, e.g. GitHub. */
  readonly platform: string;
  readonly installationId: string | undefined;
  readonly linkId: string | undefined;
  /** ` --stage production`, or nothing for local mode. */
  readonly stage: string;
}

/** The cause behind an error code, and the next step. */
export interface Advice {
  readonly why: string;
  readonly next: string | ((context: AdviceContext) => string);
}

const RETRY = "Try again after some seconds. If it goes on, look at the alarms and the dashboard.";
const START_AGAIN = "The person starts the install again, and finishes it in the same browser.";
const NEW_LINK = ({ installationId, platform, stage }: AdviceContext) =>
  installationId === undefined
    ? `Create a new link: npx grantkeep link create --platform ${platform.toLowerCase()}${stage}`
    : `Create a new link: npx grantkeep link create --installation ${installationId}${stage}`;
const REINSTALL = ({ installationId, stage }: AdviceContext) =>
  installationId === undefined
    ? "The customer installs the bot again."
    : `The customer installs the bot again: npx grantkeep link create --installation ${installationId}${stage}`;
const COMPARE =
  "Compare the registration at the platform with the configuration and the platform's secret.";

/** The cause and the next step of each error code. `docs/errors.md` has more about each. */
export const ADVICE: Readonly<Record<ErrorCode, Advice>> = {
  access_denied: {
    why: "The person cancelled on the platform's consent page.",
    next: "Nothing, or the person starts again.",
  },
  authorization_failed: {
    why: "The platform sent the person back with an error.",
    next: `The person starts again. If it happens to everybody: ${COMPARE}`,
  },
  decryption_failed: {
    why: "A stored value cannot be decrypted: its key is not in the ring, or the row was changed.",
    next: "Put the key back from your copy (docs/keys.md).",
  },
  duplicate_installation: {
    why: "The organization has an installation on this platform already.",
    next: "Change that installation, or delete it first.",
  },
  exchange_failed: {
    why: "The platform refused the code of the install, usually because it expired or was used.",
    next: "The person starts again. If it happens to everybody, compare the callback URL at the platform with PUBLIC_URL.",
  },
  install_link_not_found: {
    why: "No install link has this id. Links are deleted a week after they were created.",
    next: NEW_LINK,
  },
  installation_bound_elsewhere: {
    why: "The organization's installation belongs to another customer than the link.",
    next: "The person opens the link again and chooses the right organization. To move the installation, create the link with --replace.",
  },
  installation_inactive: {
    why: "The installation is disabled or suspended, or the bot was uninstalled.",
    next: "Enable it, or the customer unsuspends or installs the bot.",
  },
  installation_not_found: {
    why: "There is no installation with this id, or of this organization on this platform.",
    next: "Check the key: GitHub's is the number of the account, Slack's T… or E…, Jira's the cloud id. Otherwise the customer has not installed the bot.",
  },
  installation_not_verified: {
    why: "The person is not allowed to connect this organization: no owner or administrator, or not who installed the app.",
    next: "An owner or administrator installs the bot.",
  },
  invalid_redirect_uri: {
    why: "The redirect URI is not on the allow-list, byte for byte.",
    next: "Add it to redirectUris in the configuration, or correct the link.",
  },
  invalid_request: {
    why: "A parameter or field of the request is unknown, missing, repeated or malformed.",
    next: "Correct the request. The response names the field.",
  },
  invalid_signature: {
    why: "The request is not signed with the webhook secret that is stored here, or is too old.",
    next: ({ platform }) =>
      `Compare the webhook secret or signing secret at ${platform} with the platform's secret (docs/keys.md), then request the delivery again there.`,
  },
  invalid_state: {
    why: "The install was finished already, took too long, or came back to another browser.",
    next: START_AGAIN,
  },
  missing_scope: {
    why: "The installation lacks a scope or a permission that is required.",
    next: "The customer installs again and accepts all permissions, or accepts them at GitHub.",
  },
  not_allowed: {
    why: "The alias that the function was invoked by is not allowed to have this token.",
    next: "Compare the caller's limits in callers of grantkeep.config.ts with the request.",
  },
  platform_not_configured: {
    why: "The platform has no client id or no readable secret here, or the installation was made with another app.",
    next: "Set the client id and the secret (docs/configuration.md).",
  },
  provider_error: {
    why: "The platform returned an unexpected response.",
    next: "Try again later. If it goes on, look at the platform's status page.",
  },
  provider_misconfigured: {
    why: "The platform refuses the client id, the client secret, the private key or a scope.",
    next: COMPARE,
  },
  provider_rate_limited: {
    why: "The platform limits the requests of this app.",
    next: "Wait for the time that the platform named, then try again.",
  },
  provider_unavailable: {
    why: "The platform is down, or did not respond in time.",
    next: "Try again. Look at the platform's status page.",
  },
  reauthorization_required: {
    why: "The grant ended: it was revoked or has expired, or its refresh token was.",
    next: REINSTALL,
  },
  retry_later: {
    why: "The database or Secrets Manager did not respond in time, or the token is just being refreshed.",
    next: RETRY,
  },
  server_error: {
    why: "A secret or a key ring is missing or malformed, or there is a bug.",
    next: "See the reason in the timeline.",
  },
  shared_account: {
    why: "The Atlassian account has installed the bot for another organization already.",
    next: "The person signs in with an account that only this organization uses, and starts again.",
  },
  too_large: { why: "The body is larger than allowed.", next: "Send less in one request." },
  unknown_platform: {
    why: "The address names a platform that does not exist.",
    next: "Correct the address: github, slack or jira.",
  },
  unsupported_install: {
    why: "The bot cannot be installed there: the account has no site, or only a person was granted.",
    next: "The person installs it on an organization, a workspace or a site.",
  },
  unsupported_media_type: {
    why: "The body is not JSON (or a form, for the choice of a site).",
    next: "Set the content-type header.",
  },
};

/** The causes and next steps that a reason makes more precise, by code and reason. */
export const PRECISE: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  [
    "invalid_state link_used",
    { why: "The install link was used already: a link can be used once.", next: NEW_LINK },
  ],
  ["invalid_state link_ended", { why: "An operator ended the install link.", next: NEW_LINK }],
  ["invalid_state link_expired", { why: "The install link has expired.", next: NEW_LINK }],
  [
    "invalid_state link_unknown",
    { why: "The install link was deleted, or was created before an upgrade.", next: NEW_LINK },
  ],
  [
    "invalid_state link_not_ours",
    {
      why: "The address of the install link is incomplete, or was changed.",
      next: "Send the whole link again, as it was created.",
    },
  ],
  [
    "invalid_state expired",
    { why: "The person took too long to finish the install.", next: START_AGAIN },
  ],
  [
    "invalid_state used",
    {
      why: "The install was finished already: the page was opened again.",
      next: "Nothing, if the installation is listed: npx grantkeep list",
    },
  ],
  [
    "invalid_state no_cookie",
    {
      why: "The browser did not return the cookie of the install: another browser, or blocked cookies.",
      next: START_AGAIN,
    },
  ],
  [
    "invalid_state other_browser",
    {
      why: "The install came back to another browser than the one that started it.",
      next: START_AGAIN,
    },
  ],
  [
    "invalid_state not_ours",
    {
      why: "The state of the install was created by another stage, or its key ring was replaced.",
      next: "Check that the callback URL at the platform belongs to this stage.",
    },
  ],
  [
    "installation_inactive disabled",
    {
      why: "An operator disabled the installation.",
      next: ({ installationId = "<id>", stage }) =>
        `Enable it: npx grantkeep enable ${installationId}${stage}`,
    },
  ],
  [
    "installation_inactive suspended",
    {
      why: "An owner of the organization suspended the App at GitHub.",
      next: "The customer unsuspends the App in its settings at GitHub.",
    },
  ],
  [
    "installation_inactive uninstalled",
    { why: "The customer uninstalled the bot.", next: REINSTALL },
  ],
  [
    "installation_inactive unclaimed",
    {
      why: "The App is installed at GitHub, but no owner has connected it here.",
      next: "An owner opens the install page and connects the organization.",
    },
  ],
  [
    "retry_later delivery claimed",
    {
      why: "Another copy of the delivery was being handled.",
      next: "Nothing: the platform sends it again.",
    },
  ],
]);
