import * as v from "valibot";
import type { ClientCredentials } from "../http.ts";

/** An event that an app subscribes to. */
export const SubscribedEvent = v.picklist(["app_mention", "message.channels", "message.im"]);
export type SubscribedEvent = v.InferOutput<typeof SubscribedEvent>;

/** The registration of the app with the emulated Slack: a confidential client without PKCE. */
export interface SlackRegistration {
  readonly clientId: string;
  /** Several during a rotation: Slack accepts the old and the new secret. */
  readonly clientSecret: string | readonly string[];
  /** If there are several, a request must name one. */
  readonly redirectUrls: readonly [string, ...string[]];
  readonly appId: string;
  /** The name of the app on the install page. */
  readonly appName?: string;
  /** Scopes that the person can deselect. */
  readonly optionalScopes?: readonly string[];
  /** Whether tokens expire and have refresh tokens (token rotation); false by default. */
  readonly rotation?: boolean;
  /** The lifetime of a token with rotation; twelve hours by default. */
  readonly tokenLifetimeSeconds?: number;
  /** Signs events. */
  readonly signingSecret?: string;
  /** Without it, or without a signing secret, no events are sent. */
  readonly eventsUrl?: string;
  /** The events that the app subscribes to, besides those of its uninstall, which are always sent. */
  readonly events?: readonly SubscribedEvent[];
  /** Gets the clicks on the app's buttons and its slash commands. */
  readonly interactionsUrl?: string;
  /** The slash commands, such as `/ask`. */
  readonly commands?: readonly `/${string}`[];
}

/** Returns Slack's error for a wrong client id or secret. */
export function findClientError(
  { clientId, clientSecret }: SlackRegistration,
  { id, secret }: ClientCredentials,
): "invalid_client_id" | "bad_client_secret" | undefined {
  if (id !== clientId) return "invalid_client_id";
  const isKnown = secret !== undefined && [clientSecret].flat().includes(secret);
  return isKnown ? undefined : "bad_client_secret";
}

/** The example app. Its secrets give access to nothing else. */
export const exampleSlackApp = {
  clientId: "local-slack",
  clientSecret: "local-slack-secret",
  appId: "A0LOCAL",
  signingSecret: "local-slack-signing-secret",
} as const;

/** Returns the registration of the example app at `appUrl`. */
export function registerSlackApp(appUrl: string, appName: string) {
  return {
    ...exampleSlackApp,
    redirectUrls: [`${appUrl}/oauth/slack/callback`],
    eventsUrl: `${appUrl}/webhooks/slack`,
    events: ["app_mention", "message.channels", "message.im"],
    interactionsUrl: `${appUrl}/webhooks/slack/interactions`,
    commands: ["/ask"],
    appName,
    rotation: true,
  } satisfies SlackRegistration;
}
