import { now } from "./clocks.ts";
import { createLambdaClient, invokeLookup, type LambdaInvoker } from "./invoke.ts";
import {
  type LookupRequest,
  type TokenFor,
  type TokenKey,
  type TokenOptions,
  type TokenOptionsFor,
  toCacheKey,
  toRequest,
} from "./lookup.ts";
import { retry } from "./retries.ts";
import type { Token } from "./token.ts";
import { createTokenCache, type LookedUp } from "./token-cache.ts";

export type { GrantkeepErrorOptions, LookupErrorCode } from "./errors.ts";
export { type ClientErrorCode, GrantkeepError, type GrantkeepErrorCode } from "./errors.ts";
export type { LambdaInvoker } from "./invoke.ts";
export type {
  Permissions,
  Requirement,
  TokenFor,
  TokenKey,
  TokenOptions,
  TokenOptionsFor,
} from "./lookup.ts";
export type { CommonToken, GithubToken, JiraToken, Platform, SlackToken, Token } from "./token.ts";

const DEFAULT_MAX_AGE_SECONDS = 300;
const GREATEST_MAX_AGE_SECONDS = 900;
const DEFAULT_RETRY_FOR_SECONDS = 10;

/** Options of {@link createGrantkeep}. All times are in seconds. */
export interface GrantkeepOptions {
  /** The name or ARN of the function `token-lookup`, with its alias: `grantkeep-production-token-lookup:live`. */
  readonly functionName: string;
  /** The alias, unless the name ends in it. */
  readonly qualifier?: string | undefined;
  /** The AWS SDK's client. Default: one with a timeout of 35 seconds. */
  readonly client?: LambdaInvoker | undefined;
  /** How long a token is kept in memory, from 0 to 900. Default: 300. */
  readonly maxAge?: number | undefined;
  /** How long a lookup that failed for the moment is repeated. Default: 10. */
  readonly retryFor?: number | undefined;
}

/** Looks tokens up. */
export interface Grantkeep {
  /**
   * Returns a valid token of an installation: from memory, or from `token-lookup`.
   *
   * @example
   * ```ts
   * const token = await grantkeep.token({ platform: "github", organizationId: 583231 });
   * await fetch(`${token.apiBaseUrl}/user`, {
   *   headers: { authorization: `Bearer ${token.accessToken}` },
   * });
   * ```
   *
   * @throws {GrantkeepError}
   */
  token<const Key extends TokenKey>(
    key: Key,
    options?: TokenOptionsFor<Key>,
  ): Promise<TokenFor<Key>>;
}

/**
 * Creates a client of one deployed `token-lookup`. Create it outside the handler: it keeps tokens in memory for five
 * minutes, and makes one call for all who look the same token up.
 *
 * @example
 * ```ts
 * import { createGrantkeep } from "@grantkeep/client";
 *
 * const grantkeep = createGrantkeep({ functionName: "grantkeep-production-token-lookup:live" });
 * const { accessToken } = await grantkeep.token({ platform: "slack", organizationId: "T0ACME" });
 * ```
 *
 * @throws {RangeError} if `maxAge` is not from 0 to 900
 */
export function createGrantkeep(options: GrantkeepOptions): Grantkeep {
  const { functionName, qualifier } = options;
  const { maxAge = DEFAULT_MAX_AGE_SECONDS, retryFor = DEFAULT_RETRY_FOR_SECONDS } = options;
  if (!(maxAge >= 0 && maxAge <= GREATEST_MAX_AGE_SECONDS)) {
    throw new RangeError("maxAge must be from 0 to 900 seconds.");
  }
  const lookup = { client: options.client ?? createLambdaClient(), functionName, qualifier };
  const cache = createTokenCache();

  /** Invokes until a response comes that was read before its token expired. */
  async function lookUp(request: LookupRequest, retryFor: number, signal: AbortSignal) {
    const call = () =>
      retry(
        async (): Promise<LookedUp> => {
          const startedAt = now();
          return { startedAt, token: await invokeLookup(lookup, request, signal) };
        },
        { retryFor, signal },
      );
    const found = await call();
    // A Lambda that was frozen during the call goes on with a token of the past.
    return isExpired(found.token) ? call() : found;
  }

  function token<const Key extends TokenKey>(
    key: Key,
    options?: TokenOptionsFor<Key>,
  ): Promise<TokenFor<Key>>;
  async function token(key: TokenKey, options: TokenOptions = {}): Promise<Token> {
    const requirements = {
      maxAgeMs: Math.min(options.maxAge ?? maxAge, maxAge) * 1000,
      minTtlMs: (options.minTtl ?? 0) * 1000,
      rejected: options.rejected,
      signal: options.signal,
    };
    return cache.get(toCacheKey(key, options), requirements, (signal) =>
      lookUp(toRequest(key, options), options.retryFor ?? retryFor, signal),
    );
  }

  return { token };
}

function isExpired({ expiresAt }: Token): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}
