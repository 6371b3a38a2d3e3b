import { createPostgresTokenRejections } from "../../core/postgres/token-rejections.ts";
import type { TokenLookupDeps } from "../../core/tokens/lookup.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { createPlatformFieldsFinder } from "../../core/tokens/platform-fields.ts";
import { createRejectedTokenReplacer } from "../../core/tokens/rejections.ts";
import { countRejection } from "../environment/metrics.ts";
import type { Callers } from "../invoke/caller.ts";
import {
  configuration,
  connected,
  database,
  events,
  leases,
  providers,
  reader,
  refresh,
  tokenKeyRing,
  tokens,
} from "./dependencies.ts";
import { warmUp } from "./warm-up.ts";

/** For returning access tokens. */
export async function tokenLookupDeps(): Promise<TokenLookupDeps & { readonly callers: Callers }> {
  await warmUp(tokenKeyRing(), connected);
  const shared = {
    tokens: await tokens(),
    leases: await leases(),
    rejections: createPostgresTokenRejections(await database()),
    events: events(),
    refresh: await refresh(),
    onRejection: countRejection,
  };
  return {
    ...shared,
    providers: providers(),
    callers: new Map(Object.entries(configuration().callers)),
    narrow: createTokenNarrower(shared),
    findMetadata: async (id) => (await (await reader()).find({ id }))?.metadata,
    findPlatformFields: createPlatformFieldsFinder(shared),
    replaceRejected: createRejectedTokenReplacer(shared),
  };
}

/** For returning webhook secrets. */
export async function webhookSecretDeps(): Promise<Pick<TokenLookupDeps, "tokens">> {
  await warmUp(tokenKeyRing(), connected);
  return { tokens: await tokens() };
}
