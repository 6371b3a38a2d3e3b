import * as v from "valibot";
import type { OneTimeCodes } from "../one-time-codes.ts";
import type { PersistedValue } from "../persisted-value.ts";
import type { PlatformServices } from "../platform.ts";
import type { JiraRegistration } from "./registration.ts";
import type { JiraOutbox, OutboxSettings } from "./webhooks/webhook-outbox.ts";
import { JiraWebhook } from "./webhooks/webhook-records.ts";
import { JiraIssue } from "./work/work-records.ts";

/** The grant of an account to the app. There is one at most, which a new consent replaces. */
export const JiraGrant = v.object({ scopes: v.array(v.string()), sites: v.array(v.string()) });
export type JiraGrant = v.InferOutput<typeof JiraGrant>;

/** Jira's persistent data besides tokens. */
export const JiraRecords = v.object({
  /** By client id and login. */
  grants: v.record(v.string(), JiraGrant),
  /** The names of an account's sites, by login, if the control API replaced them. */
  sites: v.record(v.string(), v.array(v.string())),
  /** Whether an account is an administrator of its sites, by login, if the control API changed it. */
  administrators: v.optional(v.record(v.string(), v.boolean()), {}),
  /** The consent that each live token comes from, by the hash of the access token. */
  families: v.record(v.string(), v.string()),
  /** The refresh tokens that were used most recently, by hash. */
  spent: v.array(v.object({ hash: v.string(), family: v.string() })),
  issues: v.optional(v.array(JiraIssue), []),
  webhooks: v.optional(v.array(JiraWebhook), []),
  /** The id of the newest webhook of each site, by its name. */
  lastWebhookIds: v.optional(v.record(v.string(), v.number()), {}),
});
export type JiraRecords = v.InferOutput<typeof JiraRecords>;

/** The token endpoint's error for an invalid refresh token. */
export const DeadRefreshToken = v.picklist(["unauthorized_client", "invalid_grant"]);
export type DeadRefreshToken = v.InferOutput<typeof DeadRefreshToken>;

/** Settings that can be changed while Jira runs. */
export interface JiraSettings extends OutboxSettings {
  /** `unauthorized_client`, the default, is what apps observe; `invalid_grant` is documented. */
  readonly deadRefreshToken: DeadRefreshToken;
}

/** The dependencies of all handlers of Jira. */
export interface JiraContext extends PlatformServices {
  readonly registration: Required<JiraRegistration>;
  readonly records: PersistedValue<JiraRecords>;
  /** The webhooks to send. */
  readonly outbox: JiraOutbox;
  settings(): JiraSettings;
  /** Requests that wait for a person's decision, by the id in the consent form. */
  readonly pending: OneTimeCodes<JiraAuthorizationRequest>;
  readonly codes: OneTimeCodes<Authorization>;
}

/** An authorization request that passed all checks. */
export interface JiraAuthorizationRequest {
  readonly state: string;
  readonly scopes: readonly string[];
}

/** The account that a code was issued for. */
interface Authorization {
  readonly login: string;
}
