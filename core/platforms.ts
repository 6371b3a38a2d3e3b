/** The facts about a platform that are needed without the code in the platform's folder. */
interface PlatformFacts {
  readonly displayName: string;
  readonly kinds: {
    /** The kind of app whose installations are imported with their tokens. */
    readonly byToken: string;
    /**
     * The kind of app that mints its tokens, so that an installation's id is enough to import it. Its grants have
     * permissions in place of scopes.
     */
    readonly byInstallationId?: string;
  };
  /** Its settings that an environment variable can override: `GITHUB_APP_SLUG` overrides `appSlug`. */
  readonly settings: readonly string[];
  /** The calls that read the platform's secret, besides `exchange` and `refresh`. */
  readonly secretCalls: readonly ("check" | "revoke")[];
}

/**
 * The platforms that a bot can be installed on, one entry each, in the order in which people see them. The
 * rest of a platform is in its folder, `core/providers/<name>/`.
 */
export const PLATFORMS = {
  github: {
    displayName: "GitHub",
    kinds: { byToken: "oauth_app", byInstallationId: "github_app" },
    settings: ["clientId", "appId", "appSlug", "scopes", "url", "apiUrl"],
    secretCalls: ["check", "revoke"],
  },
  slack: {
    displayName: "Slack",
    kinds: { byToken: "slack_bot" },
    settings: ["clientId", "appId", "scopes", "url"],
    secretCalls: ["revoke"],
  },
  jira: {
    displayName: "Jira",
    kinds: { byToken: "jira_3lo" },
    settings: ["clientId", "scopes", "authUrl", "apiUrl", "sharedAccounts"],
    secretCalls: [],
  },
} as const satisfies Readonly<Record<string, PlatformFacts>>;

type Platform = keyof typeof PLATFORMS;

export const PLATFORM_NAMES = listNames();

export const INSTALLATION_KINDS = listKinds();

/** Returns whether the grants of a kind of app have permissions in place of scopes. */
export function hasPermissions(kind: string): boolean {
  return Object.values(PLATFORMS).some(
    ({ kinds }) => "byInstallationId" in kinds && kinds.byInstallationId === kind,
  );
}

/** @__NO_SIDE_EFFECTS__ lets the bundler drop the list from functions that do not use it. */
function listNames() {
  return Object.keys(PLATFORMS).filter((name): name is Platform => name in PLATFORMS);
}

/** @__NO_SIDE_EFFECTS__ */
function listKinds() {
  return Object.values(PLATFORMS).flatMap(({ kinds }) => Object.values(kinds));
}
