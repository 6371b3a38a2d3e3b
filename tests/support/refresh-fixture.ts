import { afterEach, vi } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import type { InstallationCreate } from "../../core/installation.ts";
import type { OAuthProvider, StoredGrant, TokenSet } from "../../core/ports/provider.ts";
import { createJira } from "../../core/providers/jira/provider.ts";
import { createRefresh, type RefreshAttempt, type RefreshDeps } from "../../core/tokens/refresh.ts";
import { newInstallation } from "../contract/installation-repository.contract.ts";
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
    expiresAt: new Date(Date.now() + HOUR * 1000),
    refreshTokenExpiresAt: null,
    scopes: [],
  };
}

/** A platform with scripted responses, which records the refresh tokens that it receives. */
export function providerOf(
  answer: (grant: StoredGrant, call: number) => TokenSet | ServiceError | Promise<TokenSet>,
) {
  const calls: (string | null)[] = [];
  const provider: OAuthProvider = {
    ...jira,
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
    ...change,
  });
  const { id } = await store.create(input);
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

/** Returns a refresh request, with 20 seconds left by default. */
export function requestOf(provider: OAuthProvider, minTtlSeconds = 0, remainingMs = 20_000) {
  return { provider, minTtlSeconds, remainingMs: () => remainingMs };
}
