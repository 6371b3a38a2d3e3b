import { reconcile } from "../../core/installations/reconcile.ts";
import type { GrantState, OAuthProvider } from "../../core/ports/provider.ts";
import type { StoredSecrets, TokenStore } from "../../core/ports/token-store.ts";
import type { Timing } from "../../core/tokens/timing.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallationEvents } from "./memory/installation-events.ts";
import { createMemoryInstallations } from "./memory/installations.ts";
import { createScriptedProvider } from "./scripted-flow.ts";

export const GONE: GrantState = { status: "uninstalled", evidence: "installation" };
export const SUSPENDED: GrantState = { status: "suspended", evidence: "installation" };
export const REVOKED: GrantState = { status: "uninstalled", evidence: "token" };
export const ALIVE: GrantState = {
  status: "active",
  organizationId: undefined,
  organizationName: undefined,
};

type Step = GrantState | ((accessToken: string | null) => Promise<GrantState>);

/**
 * An installation of a GitHub App, and the states that its platform returns: one after the other, the last for
 * ever. Time passes only while somebody sleeps; `afterSleep` holds what happens meanwhile.
 */
export async function plantAt(...steps: readonly Step[]) {
  const store = createMemoryInstallations();
  const events = createMemoryInstallationEvents();
  const input = newInstallation({
    kind: "github_app",
    providerInstallationId: "7",
    clientId: "client-1",
  });
  const { installation } = await store.create(input);
  const { id, organizationId } = installation;
  const checked: (string | null)[] = [];
  const check: OAuthProvider["check"] = async ({ accessToken }) => {
    const step = steps[Math.min(checked.length, steps.length - 1)] ?? ALIVE;
    checked.push(accessToken);
    return typeof step === "function" ? step(accessToken) : step;
  };
  const { provider } = createScriptedProvider({ kind: "github_app", check });
  const slept: number[] = [];
  let now = 0;
  const timing: Timing = {
    now: () => now,
    random: () => 0.5,
    abortAfter: () => new AbortController().signal,
    async sleep(milliseconds) {
      now += milliseconds;
      slept.push(milliseconds);
      await afterSleep.shift()?.();
    },
  };
  const afterSleep: (() => Promise<unknown>)[] = [];
  const deps = { tokens: store, providers: [provider], events, timing };
  const options = { remainingMs: () => 5_000 - now };
  return {
    store,
    input,
    events,
    id,
    organizationId,
    checked,
    slept,
    afterSleep,
    deps,
    run: (more: object = {}) => reconcile(deps, { id }, { ...options, ...more }),
    read: async () => (await store.find({ id })) ?? installation,
    secrets: () => secretsOf(store, id),
    async startRefresh() {
      const token = await store.findToken({ id });
      const lease = token && (await store.take(token, { seconds: 30 }));
      if (!lease) throw new Error("The lease was not taken.");
      return lease;
    },
  };
}

async function secretsOf(store: TokenStore, id: string): Promise<StoredSecrets> {
  const secrets = await store.findSecrets({ id });
  if (!secrets) throw new Error("There is no such installation.");
  return { ...secrets, lifeLeftSeconds: null };
}
