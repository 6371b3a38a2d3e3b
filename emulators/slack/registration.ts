import type { ClientCredentials } from "../http.ts";

/** The app as it is registered with the emulated Slack: a confidential client, without PKCE. */
export interface SlackRegistration {
  readonly clientId: string;
  /** Several while a secret is rotated: Slack takes the old and the new one. */
  readonly clientSecret: string | readonly string[];
  /** Of several, a request must name the one it means. */
  readonly redirectUrls: readonly [string, ...string[]];
  readonly appId: string;
  /** What the consent page calls the app. */
  readonly appName?: string;
  /** Scopes that the person may untick. */
  readonly optionalScopes?: readonly string[];
  /** Whether tokens expire and have refresh tokens; false by default. */
  readonly rotation?: boolean;
  /** How long a rotated token lives; twelve hours by default. */
  readonly tokenLifetimeSeconds?: number;
  /** Signs events. */
  readonly signingSecret?: string;
  /** Where events go: nowhere without it, or without a signing secret. */
  readonly eventsUrl?: string;
}

/** What is wrong with a client's id or secret, in Slack's words; a secret list has them all valid. */
export function findClientError(
  { clientId, clientSecret }: SlackRegistration,
  { id, secret }: ClientCredentials,
): "invalid_client_id" | "bad_client_secret" | undefined {
  if (id !== clientId) return "invalid_client_id";
  const isKnown = secret !== undefined && [clientSecret].flat().includes(secret);
  return isKnown ? undefined : "bad_client_secret";
}
