import type { KeyObject } from "node:crypto";
import * as v from "valibot";
import type { ClientCredentials } from "../http.ts";
import type { Permissions } from "./permissions.ts";

/** The encoding of webhooks. */
export type WebhookContentType = "json" | "form";

/** An event that an App subscribes to. Those of its installations are sent to every App. */
export const SubscribedEvent = v.picklist([
  "issues",
  "issue_comment",
  "pull_request",
  "push",
  "create",
  "check_run",
]);
export type SubscribedEvent = v.InferOutput<typeof SubscribedEvent>;

/** The registration of the app with the emulated GitHub: an OAuth App, or with `app` a GitHub App. */
export interface GithubRegistration {
  readonly clientId: string;
  /** Several during a rotation: GitHub accepts the old and the new secret. */
  readonly clientSecret: string | readonly string[];
  /** The first is used for errors, and for requests without `redirect_uri`. */
  readonly callbackUrls: readonly [string, ...string[]];
  /** The name of the app on the consent page. */
  readonly appName?: string;
  /**
   * `null` for tokens that do not expire and have no refresh token, the default of an OAuth App. The
   * default of a GitHub App is 28800.
   */
  readonly tokenLifetimeSeconds?: number | null;
  /** Whether callbacks carry `iss` (RFC 9207), as github.com's do; true by default. */
  readonly sendsIssuer?: boolean;
  /**
   * How many tokens of one account with the same scopes can be valid at once; ten by default.
   *
   * @see [Limits](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#creating-multiple-tokens-for-oauth-apps)
   */
  readonly tokensPerUserAndScopes?: number;
  /** Makes it a GitHub App, with installations, App JWTs and webhooks, and without scopes. */
  readonly app?: GithubAppRegistration;
}

/**
 * The registration of a GitHub App, in addition to that of an OAuth App.
 *
 * @see [Registering a GitHub App](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app)
 */
export interface GithubAppRegistration {
  readonly appId: number;
  readonly slug: string;
  /** Verifies the App's JWTs. A private key, as PEM or key object, works too. */
  readonly publicKey: KeyObject | string;
  /** The URL that the browser goes to after an install or a change ("Redirect on update"). */
  readonly setupUrl: string;
  /** Without it, no webhooks are sent. */
  readonly webhookUrl?: string;
  /** Signs the webhooks. Without it they are not signed. */
  readonly webhookSecret?: string;
  /** Whether webhooks are JSON, the default, or a form with the JSON in `payload`. */
  readonly webhookContentType?: WebhookContentType;
  /**
   * The events that the App subscribes to, of those that repositories here have. Installations that do not
   * grant the permission of an event do not get it.
   */
  readonly events?: readonly SubscribedEvent[];
  /** The permissions that an installation grants, and those that a user grants. */
  readonly permissions?: Permissions;
}

/** Returns whether a client id and secret are those of the app. */
export function isAuthenticated(
  { clientId, clientSecret }: Pick<GithubRegistration, "clientId" | "clientSecret">,
  { id, secret }: ClientCredentials,
): boolean {
  return id === clientId && secret !== undefined && [clientSecret].flat().includes(secret);
}

/** The example app. Its secrets give access to nothing else. */
export const exampleGithubApp = {
  clientId: "local-github",
  clientSecret: "local-github-secret",
  appId: 1001,
  appSlug: "example-app",
  webhookSecret: "local-github-webhook-secret",
} as const;

const EXAMPLE_PERMISSIONS = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "write",
  members: "read",
  email_addresses: "read",
} as const;

/** Returns the registration of the example app, a GitHub App at `appUrl`. */
export function registerGithubApp(appUrl: string, appName: string, publicKey: KeyObject | string) {
  const { clientId, clientSecret, appId, appSlug, webhookSecret } = exampleGithubApp;
  return {
    clientId,
    clientSecret,
    callbackUrls: [`${appUrl}/oauth/github/callback`],
    appName,
    app: {
      appId,
      slug: appSlug,
      publicKey,
      setupUrl: `${appUrl}/oauth/github/setup`,
      webhookUrl: `${appUrl}/webhooks/github`,
      webhookSecret,
      permissions: EXAMPLE_PERMISSIONS,
      events: ["issues", "issue_comment", "pull_request", "push", "create", "check_run"],
    },
  } satisfies GithubRegistration;
}
