import type { ClientCredentials } from "../http.ts";

/** The app as it is registered with the emulated GitHub. */
export interface GithubRegistration {
  readonly clientId: string;
  /** Several while a secret is rotated: GitHub takes the old and the new one. */
  readonly clientSecret: string | readonly string[];
  /** The first gets the errors, and the answers to requests that name no `redirect_uri`. */
  readonly callbackUrls: readonly [string, ...string[]];
  /** What the consent page calls the app. */
  readonly appName?: string;
  /** `null`, the default, for classic tokens: they do not expire and have no refresh token. */
  readonly tokenLifetimeSeconds?: number | null;
  /** Whether callbacks carry `iss` (RFC 9207), as github.com's do; true by default. */
  readonly sendsIssuer?: boolean;
  /**
   * How many tokens of one account with the same scopes live side by side; ten by default.
   *
   * @see [Limits](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#creating-multiple-tokens-for-oauth-apps)
   */
  readonly tokensPerUserAndScopes?: number;
}

/** Whether a client's id and secret are the app's; a secret list has them all valid. */
export function isAuthenticated(
  { clientId, clientSecret }: GithubRegistration,
  { id, secret }: ClientCredentials,
): boolean {
  return id === clientId && secret !== undefined && [clientSecret].flat().includes(secret);
}
