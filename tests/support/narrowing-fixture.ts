import { ServiceError } from "../../core/errors.ts";
import type { InstallationCreate } from "../../core/installation.ts";
import type { Narrowing, OAuthProvider, StoredGrant, TokenSet } from "../../core/ports/provider.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { depsOf, HOUR, jira, plant, read, requestOf } from "./refresh-fixture.ts";

export const READ = { permissions: { contents: "read" } };

/** An App's installation, a platform with scripted responses, and a process that narrows its tokens. */
export async function plantApp(
  answer: (call: number, grant: StoredGrant) => TokenSet | ServiceError | Promise<TokenSet>,
  change: Partial<InstallationCreate> = {},
) {
  const kind = { kind: "github_app", refreshToken: null, providerInstallationId: "42" } as const;
  const planted = await plant(HOUR, { platform: "github", ...kind, ...change });
  const { store } = planted;
  const calls: Narrowing[] = [];
  const provider: OAuthProvider = {
    ...jira,
    async narrow(grant, narrowing) {
      calls.push(narrowing);
      const answered = await answer(calls.length, grant);
      if (answered instanceof ServiceError) throw answered;
      return answered;
    },
  };
  const deps = depsOf({ tokens: store, leases: store });
  const narrow = createTokenNarrower(deps);

  async function lookUp(narrowing: Narrowing = READ, minTtlSeconds = 0, remainingMs = 30_000) {
    const token = await read(store, planted.id);
    return narrow(token, { ...requestOf(provider, minTtlSeconds, remainingMs), narrowing });
  }
  return { ...planted, provider, calls, deps, narrow, lookUp, events: deps.events };
}

/** Waits for all, and returns the codes of the errors. */
export async function codesOf(lookups: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(lookups);
  return settled.map((one) => (one.status === "rejected" ? Object(one.reason).code : "ok"));
}
