import * as v from "valibot";
import { isServiceError } from "../core/errors.ts";
import type { Platform } from "../core/installation.ts";
import { type OAuthProvider, platformNotConfigured } from "../core/provider.ts";
import { createGithubOAuthApp } from "../core/providers/github-oauth-app.ts";
import { OpaqueText } from "../core/text.ts";
import { readGithubConfig } from "./config.ts";
import { parseJson } from "./json.ts";
import type { SecretReader } from "./secrets.ts";

/** What the secret of every platform holds. Other keys belong to features that read them elsewhere. */
const PlatformSecret = v.object({ client_secret: OpaqueText });

/** The providers that are configured. One line here, and one file in `core/providers`, adds another. */
export function createProviders(secrets: SecretReader): OAuthProvider[] {
  return [githubOAuthApp(secrets)].filter((provider) => provider !== undefined);
}

function githubOAuthApp(secrets: SecretReader): OAuthProvider | undefined {
  const config = readGithubConfig();
  if (!config) return undefined;
  const { secretArn, ...registration } = config;
  return createGithubOAuthApp({
    ...registration,
    clientSecret: () => readClientSecret(secrets, "github", secretArn),
  });
}

/** A secret that is missing or malformed disables its platform, and no other. */
async function readClientSecret(
  secrets: SecretReader,
  platform: Platform,
  arn: string,
): Promise<string> {
  const text = await secrets.read(arn).catch((error: unknown) => {
    throw isServiceError(error, "server_error") ? platformNotConfigured(platform) : error;
  });
  const secret = v.safeParse(PlatformSecret, parseJson(text));
  if (!secret.success) throw platformNotConfigured(platform);
  return secret.output.client_secret;
}
