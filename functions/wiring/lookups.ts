import type { TokenLookupDeps } from "../../core/tokens/lookup.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { createPlatformFieldsFinder } from "../../core/tokens/platform-fields.ts";
import {
  connected,
  events,
  leases,
  providers,
  refresh,
  tokenKeyRing,
  tokens,
} from "./dependencies.ts";
import { warmUp } from "./warm-up.ts";

/** For returning access tokens. */
export async function tokenLookupDeps(): Promise<TokenLookupDeps> {
  await warmUp(tokenKeyRing(), connected);
  const shared = { tokens: await tokens(), leases: await leases(), events: events() };
  return {
    ...shared,
    providers: providers(),
    refresh: await refresh(),
    narrow: createTokenNarrower(shared),
    findPlatformFields: createPlatformFieldsFinder(shared),
  };
}

/** For returning webhook secrets. */
export async function webhookSecretDeps(): Promise<Pick<TokenLookupDeps, "tokens">> {
  await warmUp(tokenKeyRing(), connected);
  return { tokens: await tokens() };
}
