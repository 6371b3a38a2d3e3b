import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import type { Narrowing, OAuthProvider, TokenSet } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";
import { requireActive } from "./require-active.ts";

const MAX_ENTRIES = 500;

/**
 * A token of an installation that may do less, from the memory of this process or newly minted.
 *
 * @throws {ServiceError} `invalid_request` for tokens that cannot be narrowed and for what the installation
 * does not grant, and the errors of `OAuthProvider.refresh`
 */
export type Narrow = (
  token: StoredToken,
  provider: OAuthProvider,
  narrowing: Narrowing,
  minTtlSeconds: number,
) => Promise<StoredToken>;

/** Makes a narrow with a memory of its own: narrowed tokens are never stored. */
export function createNarrow(): Narrow {
  const known = new Map<string, Promise<TokenSet>>();

  return async (token, provider, narrowing, minTtlSeconds) => {
    if (!provider.narrow) {
      throw new ServiceError("invalid_request", "Only tokens of a GitHub App can be narrowed.");
    }
    const key = keyOf(requireActive(token), narrowing);
    const margin = Math.max(minTtlSeconds, provider.refreshMarginSeconds);
    // Between this look and `remember` nothing waits, so that those who come together share one call.
    for (let held = known.get(key); held; held = newerThan(held, known.get(key))) {
      const tokens = await held;
      if (lifeLeftSeconds(tokens) >= margin) return { ...token, ...tokens };
    }

    const minting = provider.narrow(
      {
        organizationId: token.organizationId,
        providerInstallationId: token.providerInstallationId,
        accessToken: null,
        refreshToken: null,
        signal: AbortSignal.timeout(PLATFORM_CALL_MS),
      },
      narrowing,
    );
    remember(known, key, minting);
    return { ...token, ...(await minting) };
  };
}

/** The same for the same wishes in any order, and for no others: lists are kept apart as JSON. */
function keyOf({ installationId, tokenVersion }: StoredToken, narrowing: Narrowing): string {
  const { repositories = null, permissions = null } = narrowing;
  return JSON.stringify([
    installationId,
    tokenVersion,
    repositories?.toSorted() ?? null,
    permissions && Object.entries(permissions).toSorted(),
  ]);
}

function remember<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  value: Promise<Value>,
): void {
  known.delete(key);
  known.set(key, value);
  value.catch(() => {
    if (known.get(key) === value) known.delete(key);
  });
  const [oldest] = known.keys();
  if (known.size > MAX_ENTRIES && oldest !== undefined) known.delete(oldest);
}

function newerThan<Value>(held: Value, now: Value | undefined): Value | undefined {
  return now === held ? undefined : now;
}

function lifeLeftSeconds({ expiresAt }: TokenSet): number {
  return expiresAt ? (expiresAt.getTime() - Date.now()) / 1000 : Number.POSITIVE_INFINITY;
}
