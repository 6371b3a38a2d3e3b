import * as v from "valibot";
import { EventNames } from "../../configuration/event-names.ts";
import { PermissionSettings, ScopeSettings } from "../../configuration/grants.ts";
import { Ownership } from "../../configuration/ownership.ts";
import { RequestMode } from "../../configuration/requests.ts";
import { BaseUrl, NonEmptyText } from "../../configuration/setting.ts";
import { MultilineSecretField, SecretField } from "../platform-secret.ts";

const AppId = v.pipe(
  v.union([v.string(), v.number()], "must be the number of the App."),
  v.transform(String),
  v.digits("must be the number of the App."),
);

/** The registration of the app at GitHub, with its defaults. An app id makes it a GitHub App. */
export const GithubSettings = v.pipe(
  v.strictObject({
    clientId: v.optional(NonEmptyText),
    appId: v.optional(AppId),
    /** The name of the App in the address of its page. */
    appSlug: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[\da-z]+([-_][\da-z]+)*$/, "must be the end of the address of the App's page."),
      ),
    ),
    /** The scopes that an OAuth App requests. A GitHub App has permissions. */
    scopes: v.optional(ScopeSettings, ["repo", "read:org", "read:user"]),
    /** The permissions of the GitHub App, as they are registered at GitHub: pages show them. */
    permissions: v.optional(PermissionSettings, {}),
    /** The events that the GitHub App subscribes to, beside those of its installations. */
    events: v.optional(EventNames, []),
    /** The step that connects the App after a member requested it. */
    requests: v.optional(RequestMode, "approve"),
    /** Who may connect the GitHub App. */
    ownership: v.optional(Ownership, "owner"),
    url: v.optional(BaseUrl, "https://github.com"),
    apiUrl: v.optional(BaseUrl, "https://api.github.com"),
  }),
  v.forward(
    v.partialCheck(
      [["appId"], ["appSlug"]],
      ({ appId, appSlug }) => appId === undefined || appSlug !== undefined,
      "is missing: a GitHub App has an id and a slug.",
    ),
    ["appSlug"],
  ),
  v.transform(({ clientId, appId, appSlug, scopes, permissions, url, apiUrl, ...rest }) => ({
    ...rest,
    clientId,
    appId,
    slug: appSlug,
    scopes: scopes.scopes,
    permissions: permissions.permissions,
    reasons: { ...scopes.reasons, ...permissions.reasons },
    urls: { web: url, api: apiUrl },
  })),
);

/** The fields of the secret `github`. */
export const GithubSecret = v.object({
  client_secret: SecretField,
  /** The private key of a GitHub App, in PEM. */
  private_key: v.optional(MultilineSecretField),
  /** GitHub signs requests to `/webhooks/github` with it. */
  webhook_secret: v.optional(SecretField),
});
export type GithubSecret = v.InferOutput<typeof GithubSecret>;
