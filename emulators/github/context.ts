import type { KeyObject } from "node:crypto";
import type { Codes } from "../one-time-codes.ts";
import type { Kept } from "../persisted-value.ts";
import type { PlatformTools } from "../platform.ts";
import type { Permissions } from "./permissions.ts";
import type { AccountReference, GithubRecords } from "./records.ts";
import type { GithubAppRegistration, GithubRegistration } from "./registration.ts";
import type { Webhooks } from "./webhooks.ts";

/** All that GitHub's handlers share. */
export interface GithubContext extends PlatformTools {
  readonly registration: Required<Omit<GithubRegistration, "app">>;
  /** `null` for an OAuth App. */
  readonly app: GithubApp | null;
  readonly records: Kept<GithubRecords>;
  /** Requests that wait for a person's decision, by the id in the consent form. */
  readonly pending: Codes<AuthorizationRequest>;
  /** The app is the only client there is, so a code needs no note of whom it is for. */
  readonly codes: Codes<Authorization>;
  /** Installs that wait for a person's decision, by the id in the form. */
  readonly installForms: Codes<InstallForm>;
  readonly webhooks: Webhooks;
}

/** What the handlers of a GitHub App share. */
export interface GithubAppContext extends GithubContext {
  readonly app: GithubApp;
}

/** A GitHub App that is ready to verify and to grant. */
export interface GithubApp extends GithubAppRegistration {
  readonly publicKey: KeyObject;
  readonly permissions: Permissions;
}

/** An authorization request that has passed every check. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  /** Whether the scope `offline_access` asked for tokens that expire. */
  readonly isOffline: boolean;
  /** Of the method S256. */
  readonly codeChallenge: string | null;
}

/** What a code stands for: a request, granted by an account. */
interface Authorization extends AuthorizationRequest {
  readonly login: string;
}

/** What the form of an install is about. */
export interface InstallForm {
  readonly account: AccountReference;
  /** Who is signed in. */
  readonly login: string;
  readonly state: string | null;
}
