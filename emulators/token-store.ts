import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Clock } from "./clock.ts";

/** An access token and its refresh token, if any, by hash. Times are milliseconds of the clock. */
export const IssuedTokens = v.object({
  accessTokenHash: v.string(),
  accessTokenExpiresAt: v.nullable(v.number()),
  refreshTokenHash: v.nullable(v.string()),
  refreshTokenExpiresAt: v.nullable(v.number()),
  clientId: v.string(),
  /** The account that the tokens act for: a login on GitHub. */
  subject: v.string(),
  scopes: v.array(v.string()),
  issuedAt: v.number(),
});
export type IssuedTokens = v.InferOutput<typeof IssuedTokens>;

/** The tokens that one platform has issued and not revoked. */
export interface EmulatedTokenStore {
  add(tokens: IssuedTokens): void;
  /** Removes both tokens of a pair. */
  remove(tokens: IssuedTokens): void;
  /** Returns the pair of an access token that has not expired. */
  findByAccessToken(token: string): IssuedTokens | undefined;
  /** Returns the pair of a refresh token that has not expired; its access token may have. */
  findByRefreshToken(token: string): IssuedTokens | undefined;
  /** Returns all pairs, oldest first. */
  all(): IssuedTokens[];
  clear(): void;
}

/** Creates a store with the pairs of an earlier run; `onChange` is called on every change. */
export function createEmulatedTokenStore(
  clock: Clock,
  earlier: readonly IssuedTokens[],
  onChange: () => void,
): EmulatedTokenStore {
  const issued = new Map(earlier.map((tokens) => [tokens.accessTokenHash, tokens]));

  return {
    add(tokens) {
      issued.set(tokens.accessTokenHash, tokens);
      onChange();
    },

    remove(tokens) {
      issued.delete(tokens.accessTokenHash);
      onChange();
    },

    findByAccessToken(token) {
      const found = issued.get(hashToken(token));
      return found && isLive(clock, found.accessTokenExpiresAt) ? found : undefined;
    },

    findByRefreshToken(token) {
      const hash = hashToken(token);
      const found = [...issued.values()].find((tokens) => tokens.refreshTokenHash === hash);
      return found && isLive(clock, found.refreshTokenExpiresAt) ? found : undefined;
    },

    all: () => [...issued.values()],

    clear() {
      issued.clear();
      onChange();
    },
  };
}

/** Returns the SHA-256 of a token in hex: the state file must not contain usable tokens. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isLive(clock: Clock, expiresAt: number | null): boolean {
  return expiresAt === null || expiresAt > clock.now();
}
