import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Clock } from "./clock.ts";

/** An access token and its refresh token, if any, by hash; times are the platforms' milliseconds. */
export const IssuedTokens = v.object({
  accessTokenHash: v.string(),
  accessTokenExpiresAt: v.nullable(v.number()),
  refreshTokenHash: v.nullable(v.string()),
  refreshTokenExpiresAt: v.nullable(v.number()),
  clientId: v.string(),
  /** Whose tokens they are: a login on GitHub. */
  subject: v.string(),
  scopes: v.array(v.string()),
  issuedAt: v.number(),
});
export type IssuedTokens = v.InferOutput<typeof IssuedTokens>;

/** The tokens that one platform has issued and not revoked. */
export interface TokenBook {
  add(tokens: IssuedTokens): void;
  /** Ends both tokens of a pair. */
  remove(tokens: IssuedTokens): void;
  /** The pair of an access token that has not expired. */
  findByAccessToken(token: string): IssuedTokens | undefined;
  /** The pair of a refresh token that has not expired, whatever became of its access token. */
  findByRefreshToken(token: string): IssuedTokens | undefined;
  /** Oldest first. */
  all(): IssuedTokens[];
  clear(): void;
}

/** A token book that starts with the pairs of an earlier run and reports every change. */
export function createTokenBook(
  clock: Clock,
  earlier: readonly IssuedTokens[],
  onChange: () => void,
): TokenBook {
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

/** SHA-256 in hex: the state file must not be a list of tokens that work. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isLive(clock: Clock, expiresAt: number | null): boolean {
  return expiresAt === null || expiresAt > clock.now();
}
