import * as v from "valibot";
import { ScopeList } from "../../scopes.ts";
import { BaseUrl, NonEmptyText } from "../../settings.ts";
import { MultilineSecretField, SecretField } from "../platform-secret.ts";

/** The environment variables of the app at GitHub, with their defaults. An app id makes it a GitHub App. */
export const GithubSettings = v.pipe(
  v.object({
    GITHUB_CLIENT_ID: v.optional(NonEmptyText),
    GITHUB_APP_ID: v.optional(v.pipe(v.string(), v.digits())),
    GITHUB_APP_SLUG: v.optional(v.pipe(v.string(), v.regex(/^[\da-z]+([-_][\da-z]+)*$/))),
    GITHUB_SCOPES: v.optional(ScopeList, "repo read:org read:user"),
    GITHUB_URL: v.optional(BaseUrl, "https://github.com"),
    GITHUB_API_URL: v.optional(BaseUrl, "https://api.github.com"),
  }),
  v.transform((variables) => ({
    clientId: variables.GITHUB_CLIENT_ID,
    appId: variables.GITHUB_APP_ID,
    slug: variables.GITHUB_APP_SLUG,
    scopes: variables.GITHUB_SCOPES,
    urls: { web: variables.GITHUB_URL, api: variables.GITHUB_API_URL },
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
