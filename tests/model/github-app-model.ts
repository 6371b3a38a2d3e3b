import { inactiveError } from "../../core/inactive.ts";
import { createGithubApp } from "../../core/providers/github/app.ts";
import type { EndCause } from "./issued-tokens.ts";
import { endAll, NO_SECRET, type PlatformContext, type PlatformModel } from "./platform.ts";

const LIFETIME_SECONDS = 3_600;

const provider = createGithubApp({
  clientId: "client-1",
  clientSecret: NO_SECRET,
  appId: "1",
  slug: "bot",
  permissions: [],
  privateKey: NO_SECRET,
  urls: { web: "https://github.com", api: "https://api.github.com" },
});

interface AppInstallation {
  readonly organizationId: string;
  status: "active" | "suspended" | "uninstalled";
}

/**
 * A GitHub App, which mints its tokens. They end with the installation, and when it is suspended.
 *
 * An installation gets a new id when the App is installed again after it was uninstalled.
 */
export function createGithubAppModel({ tokens, now }: PlatformContext): PlatformModel {
  const installations = new Map<string, AppInstallation>();
  let lastId = 0;

  function findLatest(organizationId: string): [string, AppInstallation] | undefined {
    return [...installations].findLast(([, one]) => one.organizationId === organizationId);
  }

  function latestOf(organizationId: string): [string, AppInstallation] {
    const found = findLatest(organizationId);
    if (!found) throw new Error("The App was never installed there.");
    return found;
  }

  function mint(id: string | null, askedFor: string | null) {
    const installation = installations.get(id ?? "");
    if (installation?.status !== "active") {
      throw inactiveError(installation?.status === "suspended" ? "suspended" : "uninstalled");
    }
    return tokens.issue({
      organizationId: installation.organizationId,
      hasRefreshToken: false,
      expiresAt: now() + LIFETIME_SECONDS * 1000,
      askedFor,
    });
  }

  function setStatus(
    organizationId: string,
    status: AppInstallation["status"],
    cause: EndCause = "customer",
  ) {
    const [, installation] = latestOf(organizationId);
    installation.status = status;
    if (status !== "active") endAll(tokens, organizationId, cause);
  }

  return {
    provider,
    lifetimeSeconds: LIFETIME_SECONDS,
    rules: {
      install(organizationId) {
        const [id, latest] = findLatest(organizationId) ?? [];
        if (id !== undefined && latest?.status === "active") return mint(id, null);
        lastId += 1;
        installations.set(String(lastId), { organizationId, status: "active" });
        return mint(String(lastId), null);
      },

      refresh: ({ providerInstallationId }, { askedFor }) => mint(providerInstallationId, askedFor),

      narrow: ({ providerInstallationId }) => mint(providerInstallationId, null),

      check({ providerInstallationId }) {
        const installation = installations.get(providerInstallationId ?? "");
        if (!installation || installation.status === "uninstalled") {
          return { status: "uninstalled", evidence: "installation" };
        }
        const { organizationId, status } = installation;
        if (status === "suspended") return { status, evidence: "installation", organizationId };
        return { status, organizationId, organizationName: "Test Org" };
      },

      revoke({ providerInstallationId }) {
        const installation = installations.get(providerInstallationId ?? "");
        if (!installation || installation.status === "uninstalled") return;
        installation.status = "uninstalled";
        endAll(tokens, installation.organizationId, "operator");
      },

      endAll: (organizationId, cause) => setStatus(organizationId, "uninstalled", cause),
      suspend: (organizationId) => setStatus(organizationId, "suspended"),
      unsuspend: (organizationId) => setStatus(organizationId, "active"),
      installationIdOf: (organizationId) => latestOf(organizationId)[0],
    },
  };
}
