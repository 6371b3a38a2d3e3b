import { afterEach, vi } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import type { InstallationCreate } from "../../core/installation.ts";
import type {
  GrantState,
  OAuthProvider,
  StoredGrant,
  TokenSet,
} from "../../core/ports/provider.ts";
import { createJira } from "../../core/providers/jira/provider.ts";
import { createRefresh, type RefreshAttempt, type RefreshDeps } from "../../core/tokens/refresh.ts";
import { systemTiming, type Timing } from "../../core/tokens/timing.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallationEvents } from "./memory/installation-events.ts";
import { createMemoryInstallations } from "./memory/installations.ts";

/** Seconds. */
export const HOUR = 3600;

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass for everything that is stored. */
export function pass(seconds: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + seconds * 1000);
}

/** Jira, which is never called. */
export const jira: OAuthProvider = createJira({
  clientId: "client-1",
  clientSecret: { use: () => Promise.reject(new Error("must not be read")) },
  scopes: ["offline_access"],
  urls: { auth: "https://auth.atlassian.com", api: "https://api.atlassian.com" },
});

/** New tokens that live for an hour. */
export function tokensOf(
  number: number,
  refreshToken: string | null = `refresh-${number}`,
): TokenSet {
  return {
    accessToken: `access-${number}`,
    refreshToken,
    expiresInSeconds: HOUR,
    refreshTokenExpiresInSeconds: null,
    scopes: [],
  };
}

/** The platform returned no response: nobody knows what it did. */
export const DOWN = new ServiceError("provider_unavailable", "Down.", { reason: "status 503" });
/** The platform rejects the refresh token. */
export const DEAD = new ServiceError("reauthorization_required", "Over.", {
  reason: "invalid_grant",
  outcome: "none",
});

/** A failure of a request that was rejected, or not sent. */
export function rejection(code: ErrorCode, retryAfterSeconds?: number): ServiceError {
  return new ServiceError(code, "No.", { outcome: "none", retryAfterSeconds });
}

/** A check of the access token that returns one state after the other, the last one for ever. */
export function checkOf(...states: readonly ("alive" | "dead" | "expired" | ServiceError)[]) {
  const checked: (string | null)[] = [];
  async function check({ accessToken }: StoredGrant): Promise<GrantState> {
    const state = states[Math.min(checked.length, states.length - 1)];
    checked.push(accessToken);
    if (state instanceof ServiceError) throw state;
    if (state === "dead") return { status: "reauthorization_required", evidence: "token" };
    const isTokenExpired = state === "expired";
    const unknown = { organizationId: undefined, organizationName: undefined };
    return { ...unknown, status: "active", isTokenExpired };
  }
  return { check, checked };
}

/** The rules of Slack: an access token survives one refresh, and a refresh token works once. */
export const SLACK = { survivesRefreshes: 1, reuseLeewaySeconds: 0 } as const;
/** The rules of a GitHub OAuth App: a refresh ends both old tokens. */
export const OAUTH_APP = {
  survivesRefreshes: 0,
  retryRefresh: "after a check",
  reuseLeewaySeconds: 0,
} as const;

/** A platform with scripted responses, which records the refresh tokens that it receives. */
export function providerOf(
  answer: (grant: StoredGrant, call: number) => TokenSet | ServiceError | Promise<TokenSet>,
  rules: Partial<OAuthProvider> = {},
) {
  const calls: (string | null)[] = [];
  const provider: OAuthProvider = {
    ...jira,
    check: () => Promise.reject(new Error("The test expects no check.")),
    ...rules,
    async refresh(grant) {
      calls.push(grant.refreshToken);
      const answered = await answer(grant, calls.length);
      if (answered instanceof ServiceError) throw answered;
      return answered;
    },
  };
  return { provider, calls };
}

/** The stored token of an installation. */
export async function read(store: ReturnType<typeof createMemoryInstallations>, id: string) {
  const token = await store.findToken({ id });
  if (!token) throw new Error("There is no such installation.");
  return token;
}

/** A clock whose signals never abort, and which records their limits. */
export function timingOf() {
  const limits: number[] = [];
  const timing: Timing = {
    ...systemTiming,
    abortAfter(milliseconds) {
      limits.push(milliseconds);
      return new AbortController().signal;
    },
  };
  return { timing, limits };
}

/** Returns the dependencies of a refresh over a store, which record events and metrics. */
export function depsOf(store: Pick<RefreshDeps, "tokens" | "leases">) {
  const events = createMemoryInstallationEvents();
  const attempts: RefreshAttempt[] = [];
  const onAttempt = (attempt: RefreshAttempt) => attempts.push(attempt);
  return { ...store, events, attempts, onAttempt };
}

/** An installation at Jira whose token has so many seconds left. */
export async function plant(lifeSeconds: number, change: Partial<InstallationCreate> = {}) {
  const store = createMemoryInstallations();
  const deps = depsOf({ tokens: store, leases: store });
  const refresh = createRefresh(deps);
  const input = newInstallation({
    platform: "jira",
    kind: "jira_3lo",
    accessToken: "access-0",
    refreshToken: "refresh-0",
    tokenExpiresAt: new Date(Date.now() + lifeSeconds * 1000),
    clientId: jira.clientId,
    ...change,
  });
  const { id } = (await store.create(input)).installation;
  const { events, attempts } = deps;
  return { store, refresh, input, id, token: await read(store, id), events, attempts };
}

/** The same, of a token that was good for an hour once: far below every margin by now. */
export async function plantOld(lifeSeconds: number) {
  pass(0);
  const planted = await plant(HOUR);
  pass(HOUR - lifeSeconds);
  return { ...planted, token: await read(planted.store, planted.id) };
}

/** Returns a refresh request, with 30 seconds left by default. */
export function requestOf(provider: OAuthProvider, minTtlSeconds = 0, remainingMs = 30_000) {
  return { provider, minTtlSeconds, remainingMs: () => remainingMs };
}
