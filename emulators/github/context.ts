import type { KeyObject } from "node:crypto";
import type { OneTimeCodes } from "../one-time-codes.ts";
import type { PersistedValue } from "../persisted-value.ts";
import type { PlatformServices } from "../platform.ts";
import type { Permissions } from "./permissions.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { AccountReference, GithubRecords } from "./records.ts";
import type { GithubAppRegistration, GithubRegistration, SubscribedEvent } from "./registration.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

/** The dependencies of all handlers of GitHub. */
export interface GithubContext extends PlatformServices {
  readonly registration: Required<Omit<GithubRegistration, "app">>;
  /** `null` for an OAuth App. */
  readonly app: GithubApp | null;
  readonly records: PersistedValue<GithubRecords>;
  /** Authorization requests that wait for a person's decision, by the id in the consent form. */
  readonly pending: OneTimeCodes<GithubAuthorizationRequest>;
  /** Authorization codes. There is one client only, so a code does not name its client. */
  readonly codes: OneTimeCodes<Authorization>;
  /** Installs that wait for a person's decision, by the id in the form. */
  readonly installForms: OneTimeCodes<InstallForm>;
  /** Manifests that wait for a person's decision, by the id in the form. */
  readonly manifests: OneTimeCodes<PendingManifest>;
  /** The Apps that were registered from a manifest, by the code that shows their secrets once. */
  readonly manifestCodes: OneTimeCodes<CreatedApp>;
  readonly webhooks: Webhooks;
  readonly rateLimits: RateLimits;
}

/** The dependencies of handlers that need a GitHub App. */
export interface GithubAppContext extends GithubContext {
  readonly app: GithubApp;
}

/** A GitHub App with its defaults filled in. */
export interface GithubApp extends GithubAppRegistration {
  readonly publicKey: KeyObject;
  readonly permissions: Permissions;
  readonly events: readonly SubscribedEvent[];
}

/** An authorization request that passed all checks. */
export interface GithubAuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  /** Whether the scope `offline_access` requested tokens that expire. */
  readonly isOffline: boolean;
  /** The challenge of the method S256. */
  readonly codeChallenge: string | null;
}

/** The grant that a code was issued for: a request, and the account. */
interface Authorization extends GithubAuthorizationRequest {
  readonly login: string;
}

/** The registration of an App in a manifest, as far as it is emulated. */
export interface AppManifest {
  readonly name: string;
  readonly url: string;
  readonly hook_attributes: { readonly url: string; readonly active: boolean };
  readonly redirect_url: string;
  readonly callback_urls: readonly [string, ...string[]];
  readonly setup_url: string;
  readonly default_permissions: Permissions;
  readonly default_events: readonly string[];
}

/** A manifest that passed all checks, and the account that will own the App. */
interface PendingManifest {
  readonly manifest: AppManifest;
  readonly state: string | null;
  readonly owner: string;
}

/** The App that a code was issued for, with its secrets. */
interface CreatedApp {
  readonly appId: number;
  readonly owner: string;
  readonly clientSecret: string;
  readonly webhookSecret: string;
  readonly pem: string;
  readonly manifest: AppManifest;
}

/** The install that a form was issued for. */
export interface InstallForm {
  readonly account: AccountReference;
  /** The signed-in user. */
  readonly login: string;
  readonly state: string | null;
}
