import * as v from "valibot";
import type { OneTimeCodes } from "../one-time-codes.ts";
import type { PersistedValue } from "../persisted-value.ts";
import type { PlatformServices } from "../platform.ts";
import type { SlackEvents } from "./events.ts";
import type { InteractionRequests } from "./interaction-requests.ts";
import type { Interactions } from "./interactions.ts";
import type { SlackRegistration } from "./registration.ts";
import type { SlackSettings } from "./settings.ts";

/** Slack's error for a token that was valid once. */
export const EndedTokenError = v.picklist(["token_expired", "token_revoked", "account_inactive"]);
export type EndedTokenError = v.InferOutput<typeof EndedTokenError>;

/** A message in a channel or in a conversation with one person. */
const SlackMessage = v.object({
  channel: v.string(),
  /** Identifies the message in its channel, and is its time. */
  ts: v.string(),
  text: v.string(),
  blocks: v.nullable(v.array(v.record(v.string(), v.unknown()))),
  userId: v.string(),
  isBot: v.boolean(),
  threadTs: v.nullable(v.string()),
  edited: v.nullable(v.object({ userId: v.string(), ts: v.string() })),
  /** The only person who sees an ephemeral message; `null` for everybody. */
  visibleTo: v.nullable(v.string()),
  /** The workspace of the author, in a channel that several share. */
  teamId: v.optional(v.nullable(v.string()), null),
  /** The app that posted, if it is not the registered one. */
  otherAppId: v.optional(v.nullable(v.string()), null),
});
export type SlackMessage = v.InferOutput<typeof SlackMessage>;

/** A modal that the app opened for a person. */
const SlackView = v.object({
  id: v.string(),
  workspace: v.string(),
  userId: v.string(),
  view: v.record(v.string(), v.unknown()),
});
export type SlackView = v.InferOutput<typeof SlackView>;

/** Slack's persistent data besides live tokens. */
export const SlackRecords = v.object({
  /** The tokens that ended most recently, by hash. */
  ended: v.array(v.object({ hash: v.string(), error: EndedTokenError })),
  /** Derives tokens without expiry, by subject, so that a new install returns the same token. */
  nonces: v.record(v.string(), v.string()),
  /** The ids of the channels that the app has joined. */
  joined: v.optional(v.array(v.string()), []),
  messages: v.optional(v.array(SlackMessage), []),
  views: v.optional(v.array(SlackView), []),
});
export type SlackRecords = v.InferOutput<typeof SlackRecords>;

type DefaultedField =
  | "appName"
  | "optionalScopes"
  | "rotation"
  | "tokenLifetimeSeconds"
  | "events"
  | "commands";

/** The dependencies of all handlers of Slack. */
export interface SlackContext extends PlatformServices {
  readonly registration: SlackRegistration & Required<Pick<SlackRegistration, DefaultedField>>;
  readonly records: PersistedValue<SlackRecords>;
  readonly events: SlackEvents;
  readonly interactionRequests: InteractionRequests;
  settings(): SlackSettings;
  /** Requests that wait for a person's decision, by the id in the install form. */
  readonly pending: OneTimeCodes<InstallRequest>;
  /** Authorization codes. There is one client only, so a code does not name its client. */
  readonly codes: OneTimeCodes<Install>;
  readonly interactions: Interactions;
  /** Manifests that wait for a person's decision, by the id in the form. */
  readonly manifests: OneTimeCodes<AppManifest>;
}

/** The settings of an app in a manifest, as far as they are emulated. */
export interface AppManifest {
  readonly display_information: { readonly name: string };
  readonly features: { readonly slash_commands: readonly { readonly command: `/${string}` }[] };
  readonly oauth_config: {
    readonly redirect_urls: readonly [string, ...string[]];
    readonly scopes: { readonly bot: readonly string[] };
  };
  readonly settings: {
    readonly event_subscriptions: {
      readonly request_url: string;
      readonly bot_events: readonly string[];
    };
    readonly interactivity: { readonly is_enabled: boolean; readonly request_url: string };
    readonly token_rotation_enabled: boolean;
  };
}

/** An install request that passed all checks. */
export interface InstallRequest {
  readonly redirectUri: string;
  /** The redirect URI in the request, which the exchange must then repeat. */
  readonly sentRedirectUri: string | undefined;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly userScopes: readonly string[];
}

/** The grant that a code was issued for: a request with its granted scopes and organization. */
interface Install extends InstallRequest {
  readonly organizationId: string;
}
