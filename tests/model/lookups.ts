import { lookUpToken } from "../../core/tokens/lookup.ts";
import { attempt } from "./attempt.ts";
import type { Context, Invocation } from "./invocation.ts";

const TIMEOUT_SECONDS = 30;
const NARROWING = { repositories: ["hello-world"] };

interface Wanted {
  readonly minTtlSeconds?: number;
  readonly isNarrowed?: boolean;
}

/** Looks a token up. Every error is allowed; a token that is returned is checked. */
export function lookUp(organizationId: string, wanted: Wanted = {}): Invocation {
  return {
    name: `lookup of ${organizationId}${wanted.isNarrowed ? ", narrowed" : ""}`,
    timeoutSeconds: TIMEOUT_SECONDS,
    async run(context) {
      await tryLookUp(context, organizationId, wanted);
    },
  };
}

/** Returns the code of the error, or `undefined` if a token was returned. */
export async function tryLookUp(
  context: Context,
  organizationId: string,
  { minTtlSeconds = 0, isNarrowed = false }: Wanted = {},
): Promise<string | undefined> {
  const { world, process, provider, timing } = context;
  const startedAt = timing.now();
  const key = { platform: provider.platform, organizationId };
  return attempt(async () => {
    const token = await lookUpToken(context, {
      key,
      minTtlSeconds,
      narrowing: isNarrowed ? NARROWING : undefined,
      remainingMs: () => TIMEOUT_SECONDS * 1000 - (timing.now() - startedAt),
    });
    world.observer.checkReturned({ token, organizationId, process, isNarrowed });
  });
}
