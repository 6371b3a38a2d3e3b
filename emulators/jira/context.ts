import * as v from "valibot";
import type { Codes } from "../one-time-codes.ts";
import type { Kept } from "../persisted-value.ts";
import type { PlatformTools } from "../platform.ts";
import type { JiraRegistration } from "./registration.ts";

/** What an account has granted to the app: there is one grant, and a new one replaces it. */
export const Grant = v.object({ scopes: v.array(v.string()), sites: v.array(v.string()) });
export type Grant = v.InferOutput<typeof Grant>;

/** What Jira keeps beside tokens. */
export const JiraMemory = v.object({
  /** By client id and login. */
  grants: v.record(v.string(), Grant),
  /** The names of an account's sites, by login, where they are not those it has by itself. */
  sites: v.record(v.string(), v.array(v.string())),
  /** The consent that each live token comes from, by the hash of the access token. */
  families: v.record(v.string(), v.string()),
  /** The newest refresh tokens that were used, by hash. */
  spent: v.array(v.object({ hash: v.string(), family: v.string() })),
});
export type JiraMemory = v.InferOutput<typeof JiraMemory>;

/** What the token endpoint says of a refresh token that does not work. */
export const DeadRefreshToken = v.picklist(["unauthorized_client", "invalid_grant"]);
export type DeadRefreshToken = v.InferOutput<typeof DeadRefreshToken>;

/** What can be changed about Jira while it runs. */
export interface JiraSettings {
  /** `unauthorized_client` is what is seen, and the default; `invalid_grant` is what is documented. */
  readonly deadRefreshToken: DeadRefreshToken;
}

/** All that Jira's handlers share. */
export interface JiraContext extends PlatformTools {
  readonly registration: Required<JiraRegistration>;
  readonly memory: Kept<JiraMemory>;
  settings(): JiraSettings;
  /** Requests that wait for a person's decision, by the id in the consent form. */
  readonly pending: Codes<AuthorizationRequest>;
  readonly codes: Codes<Authorization>;
}

/** An authorization request that has passed every check. */
export interface AuthorizationRequest {
  readonly state: string;
  readonly scopes: readonly string[];
}

/** What a code stands for. */
interface Authorization {
  readonly login: string;
}
