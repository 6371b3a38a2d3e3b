import { authorize } from "../../core/install/authorize.ts";
import type { CallbackDeps } from "../../core/install/callback.ts";
import { openLinkPage } from "../../core/install/install-link.ts";
import type { CodeExchange, Grant, OAuthProvider } from "../../core/ports/provider.ts";
import { sealerOf } from "./keyrings.ts";
import { createMemoryConsumedStates } from "./memory/consumed-states.ts";
import { createMemoryInstallLinks } from "./memory/install-links.ts";
import { createMemoryInstallationEvents } from "./memory/installation-events.ts";
import { createMemoryInstallations } from "./memory/installations.ts";
import { createMemoryPendingInstallations } from "./memory/pending-installations.ts";
import { createTables } from "./memory/tables.ts";
import { createMemoryWaitingRequests } from "./memory/waiting-requests.ts";

export const REDIRECT_URI = "https://app.example.com/callback";

const GRANT: Grant = {
  organizationId: "67890",
  organizationName: "my-org",
  organizationUrl: null,
  providerInstallationId: null,
  installedBy: "octocat@example.com",
  installedById: "583231",
  tokens: {
    accessToken: "gho_FAKE1",
    refreshToken: null,
    expiresInSeconds: null,
    refreshTokenExpiresInSeconds: null,
    scopes: ["repo"],
  },
};

/** A platform without a network: it grants what the test says, and remembers what it was asked. */
export function createScriptedProvider(change: Partial<OAuthProvider> = {}) {
  const exchanges: CodeExchange[] = [];
  const provider: OAuthProvider = {
    platform: "github",
    kind: "oauth_app",
    clientId: "client-1",
    scopes: ["repo"],
    issuer: "https://github.com/login/oauth",
    refreshMarginSeconds: 600,
    tokensExpire: false,
    survivesRefreshes: 0,
    retryRefresh: "after a check",
    checksToken: true,
    reuseLeewaySeconds: 0,
    canRevoke: true,
    authorizationUrl: (request) =>
      new URL(`https://github.com/login/oauth/authorize?${new URLSearchParams({ ...request })}`),
    async exchange(exchange) {
      exchanges.push(exchange);
      return [GRANT];
    },
    canRefresh: () => false,
    refresh: () => Promise.reject(new Error("not asked for")),
    check: () => Promise.reject(new Error("not asked for")),
    revoke: () => Promise.reject(new Error("not asked for")),
    apiBaseUrl: () => "https://api.github.com",
    ...change,
  };
  return { provider, exchanges };
}

/** All that a flow needs, in memory, with a scripted platform. */
export function createDeps(change: Partial<OAuthProvider> = {}) {
  const { provider, exchanges } = createScriptedProvider(change);
  const tables = createTables();
  const installations = createMemoryInstallations(tables);
  const events = createMemoryInstallationEvents();
  const deps: CallbackDeps = {
    stateSealer: sealerOf(),
    providers: [provider],
    redirectUris: new Set([REDIRECT_URI]),
    publicUrl: "https://grants.example.com",
    links: createMemoryInstallLinks(tables),
    consumedStates: createMemoryConsumedStates(),
    pending: createMemoryPendingInstallations(),
    requests: createMemoryWaitingRequests(),
    installations,
    events,
    ownership: "owner",
  };
  return { deps, exchanges, installations, events };
}

interface Start {
  readonly redirectUri?: string;
  readonly link?: string;
}

/** Starts a flow, and answers the callback that the platform would send the browser to. */
export async function startFlow(deps: CallbackDeps, { redirectUri, link }: Start = {}) {
  const page = link && (await openLinkPage(deps, { sealed: link, cookies: [] }));
  const cookies = page ? page.cookies.map(toPair) : [];
  const nonce = page ? page.nonce : undefined;
  const input = { platform: "github", redirectUri, link, nonce, cookies } as const;
  const flow = await authorize(deps, input);
  const state = flow.location.searchParams.get("state") ?? "";
  return {
    location: flow.location,
    callback: (parameters: Record<string, string>) => ({
      platform: "github" as const,
      parameters: new URLSearchParams({ state, ...parameters }),
      cookies: flow.cookies.map(toPair),
    }),
  };
}

/** The pair of a `Set-Cookie` value, as the browser sends it back. */
function toPair(header: string): string {
  return header.split(";", 1).join();
}
