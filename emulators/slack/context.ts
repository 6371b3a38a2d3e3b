import * as v from "valibot";
import type { Codes } from "../one-time-codes.ts";
import type { Kept } from "../persisted-value.ts";
import type { PlatformTools } from "../platform.ts";
import type { SlackEvents } from "./events.ts";
import type { SlackRegistration } from "./registration.ts";

/** What Slack says of a token that once worked. */
export const EndedTokenError = v.picklist(["token_expired", "token_revoked", "account_inactive"]);
export type EndedTokenError = v.InferOutput<typeof EndedTokenError>;

/** What Slack keeps beside live tokens. */
export const SlackMemory = v.object({
  /** The newest tokens that have ended, by hash. */
  ended: v.array(v.object({ hash: v.string(), error: EndedTokenError })),
  /** What tokens without an expiry are made of, by subject: a new install brings the same one. */
  nonces: v.record(v.string(), v.string()),
});
export type SlackMemory = v.InferOutput<typeof SlackMemory>;

/** What can be changed about Slack while it runs. */
export interface SlackSettings {
  /** How long a used refresh token goes on working; 0, the default, is strict. */
  readonly graceSeconds: number;
  /** Whether events wait to be delivered by hand, in any order. */
  readonly holdEvents: boolean;
  /** How long to wait before each retry of an event. */
  readonly retryDelaysSeconds: readonly number[];
}

type DefaultedField = "appName" | "optionalScopes" | "rotation" | "tokenLifetimeSeconds";

/** All that Slack's handlers share. */
export interface SlackContext extends PlatformTools {
  readonly registration: SlackRegistration & Required<Pick<SlackRegistration, DefaultedField>>;
  readonly memory: Kept<SlackMemory>;
  readonly events: SlackEvents;
  settings(): SlackSettings;
  /** Requests that wait for a person's decision, by the id in the consent form. */
  readonly pending: Codes<InstallRequest>;
  /** The app is the only client there is, so a code needs no note of whom it is for. */
  readonly codes: Codes<Install>;
}

/** A request for an install that has passed every check. */
export interface InstallRequest {
  readonly redirectUri: string;
  /** What the request named; the exchange must then name it again. */
  readonly sentRedirectUri: string | null;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly userScopes: readonly string[];
}

/** What a code stands for: a request, with the scopes that were granted, and where. */
interface Install extends InstallRequest {
  readonly organizationId: string;
}
