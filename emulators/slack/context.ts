import * as v from "valibot";
import type { OneTimeCodes } from "../one-time-codes.ts";
import type { PersistedValue } from "../persisted-value.ts";
import type { PlatformServices } from "../platform.ts";
import type { SlackEvents } from "./events.ts";
import type { SlackRegistration } from "./registration.ts";
import type { SlackSettings } from "./settings.ts";

/** Slack's error for a token that was valid once. */
export const EndedTokenError = v.picklist(["token_expired", "token_revoked", "account_inactive"]);
export type EndedTokenError = v.InferOutput<typeof EndedTokenError>;

/** Slack's persistent data besides live tokens. */
export const SlackRecords = v.object({
  /** The tokens that ended most recently, by hash. */
  ended: v.array(v.object({ hash: v.string(), error: EndedTokenError })),
  /** Derives tokens without expiry, by subject, so that a new install returns the same token. */
  nonces: v.record(v.string(), v.string()),
});
export type SlackRecords = v.InferOutput<typeof SlackRecords>;

type DefaultedField = "appName" | "optionalScopes" | "rotation" | "tokenLifetimeSeconds";

/** The dependencies of all handlers of Slack. */
export interface SlackContext extends PlatformServices {
  readonly registration: SlackRegistration & Required<Pick<SlackRegistration, DefaultedField>>;
  readonly records: PersistedValue<SlackRecords>;
  readonly events: SlackEvents;
  settings(): SlackSettings;
  /** Requests that wait for a person's decision, by the id in the install form. */
  readonly pending: OneTimeCodes<InstallRequest>;
  /** Authorization codes. There is one client only, so a code does not name its client. */
  readonly codes: OneTimeCodes<Install>;
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
