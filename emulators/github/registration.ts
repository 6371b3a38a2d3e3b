import type { KeyObject } from "node:crypto";
import type { ClientCredentials } from "../http.ts";
import type { Permissions } from "./permissions.ts";

/** The app as it is registered with the emulated GitHub: an OAuth App, or with `app` a GitHub App. */
export interface GithubRegistration {
  readonly clientId: string;
  /** Several while a secret is rotated: GitHub takes the old and the new one. */
  readonly clientSecret: string | readonly string[];
  /** The first gets the errors, and the answers to requests that name no `redirect_uri`. */
  readonly callbackUrls: readonly [string, ...string[]];
  /** What the consent page calls the app. */
  readonly appName?: string;
  /**
   * `null` for tokens that do not expire and have no refresh token: the default of an OAuth App. Those
   * of a GitHub App live for 28800 seconds by default.
   */
  readonly tokenLifetimeSeconds?: number | null;
  /** Whether callbacks carry `iss` (RFC 9207), as github.com's do; true by default. */
  readonly sendsIssuer?: boolean;
  /**
   * How many tokens of one account with the same scopes live side by side; ten by default.
   *
   * @see [Limits](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#creating-multiple-tokens-for-oauth-apps)
   */
  readonly tokensPerUserAndScopes?: number;
  /** Makes it a GitHub App: with installations, App JWTs and webhooks, and without scopes. */
  readonly app?: GithubAppRegistration;
}

/**
 * What a GitHub App has beyond an OAuth App.
 *
 * @see [Registering a GitHub App](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app)
 */
export interface GithubAppRegistration {
  readonly appId: number;
  readonly slug: string;
  /** Verifies the App's JWTs; the private key, as a PEM or a key object, will do as well. */
  readonly publicKey: KeyObject | string;
  /** Where the browser goes after an install; "Redirect on update" is on. */
  readonly setupUrl: string;
  /** Without it, webhooks are off. */
  readonly webhookUrl?: string;
  /** Signs the webhooks; without it they are not signed. */
  readonly webhookSecret?: string;
  /** What an installation grants, and under `email_addresses` what a user does. */
  readonly permissions?: Permissions;
}

/** Whether a client's id and secret are the app's; a secret list has them all valid. */
export function isAuthenticated(
  { clientId, clientSecret }: Pick<GithubRegistration, "clientId" | "clientSecret">,
  { id, secret }: ClientCredentials,
): boolean {
  return id === clientId && secret !== undefined && [clientSecret].flat().includes(secret);
}
