import * as v from "valibot";
import { isServiceError } from "../../core/errors.ts";
import type { Platform } from "../../core/installation.ts";
import { parseJson } from "../../core/json.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import { createGithubApp } from "../../core/providers/github/app.ts";
import { createGithubOAuthApp } from "../../core/providers/github/oauth-app.ts";
import { createJira } from "../../core/providers/jira/provider.ts";
import { platformNotConfigured } from "../../core/providers/registry.ts";
import {
  createRotatingSecret,
  createSigningSecret,
  type RotatingSecret,
  type SecretValues,
} from "../../core/providers/rotating-secret.ts";
import { createSlack } from "../../core/providers/slack/provider.ts";
import { OpaqueText } from "../../core/text.ts";
import { readGithubConfig, readJiraConfig, readSlackConfig } from "../environment/config.ts";
import type { SecretReader } from "../environment/secrets.ts";

/** A text, or a list of one or of two while one takes the place of the other. */
function oneOrTwo<const Schema extends v.GenericSchema<string>>(schema: Schema) {
  return v.union([
    v.pipe(
      schema,
      v.transform((text): SecretValues => [text]),
    ),
    v.strictTuple([schema]),
    v.strictTuple([schema, schema]),
  ]);
}

/** What the secret of a platform holds; all but the first is for some features alone. */
const PlatformSecret = v.object({
  client_secret: oneOrTwo(OpaqueText),
  private_key: v.optional(oneOrTwo(v.string())),
  webhook_secret: v.optional(oneOrTwo(OpaqueText)),
  signing_secret: v.optional(oneOrTwo(OpaqueText)),
});
type PlatformSecret = v.InferOutput<typeof PlatformSecret>;

/** The providers that are configured. One line here, and one file in `core/providers`, adds another. */
export function createProviders(secrets: SecretReader): OAuthProvider[] {
  return [github(secrets), slack(secrets), jira(secrets)].filter(
    (provider) => provider !== undefined,
  );
}

/** Returns the secret that a platform signs its webhooks with. */
export function createWebhookSigningSecret(
  secrets: SecretReader,
  { platform, secretField }: PlatformWebhook,
): RotatingSecret {
  const readers = { github: readGithubConfig, slack: readSlackConfig, jira: readJiraConfig };
  const config = readers[platform]();
  if (!config) return { use: () => Promise.reject(platformNotConfigured(platform)) };
  return createSigningSecret(() => readField(secrets, platform, config.secretArn, secretField));
}

function github(secrets: SecretReader): OAuthProvider | undefined {
  const config = readGithubConfig();
  if (!config) return undefined;

  const { clientId, secretArn, scopes, urls, app } = config;
  const clientSecret = secretField(secrets, "github", secretArn, "client_secret");
  if (!app) return createGithubOAuthApp({ clientId, clientSecret, scopes, urls });
  const privateKey = secretField(secrets, "github", secretArn, "private_key");
  return createGithubApp({ ...app, clientId, clientSecret, privateKey, urls });
}

function slack(secrets: SecretReader): OAuthProvider | undefined {
  const config = readSlackConfig();
  if (!config) return undefined;
  const clientSecret = secretField(secrets, "slack", config.secretArn, "client_secret");
  return createSlack({ ...config, clientSecret });
}

function jira(secrets: SecretReader): OAuthProvider | undefined {
  const config = readJiraConfig();
  if (!config) return undefined;
  const clientSecret = secretField(secrets, "jira", config.secretArn, "client_secret");
  return createJira({ ...config, clientSecret });
}

function secretField(
  secrets: SecretReader,
  platform: Platform,
  arn: string,
  field: keyof PlatformSecret,
): RotatingSecret {
  return createRotatingSecret((options) => readField(secrets, platform, arn, field, options));
}

/** One field of a platform's secret. What is missing or malformed disables that platform, and no other. */
async function readField(
  secrets: SecretReader,
  platform: Platform,
  arn: string,
  field: keyof PlatformSecret,
  options: { reload?: boolean } = {},
): Promise<SecretValues> {
  const text = await secrets.read(arn, options).catch((error: unknown) => {
    throw isServiceError(error, "server_error") ? platformNotConfigured(platform) : error;
  });
  const secret = v.safeParse(PlatformSecret, parseJson(text));
  const values = secret.success ? secret.output[field] : undefined;
  if (values === undefined) throw platformNotConfigured(platform);
  return values;
}
