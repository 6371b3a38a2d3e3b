import { ServiceError } from "../errors.ts";
import {
  createWebhookSecret,
  type Installation,
  type InstallationCreate,
  type InstallationKind,
  type Platform,
} from "../installation.ts";
import { announceInstall, type InstallationEvents } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { verifyGrant } from "./verify-grant.ts";

/** The kind of app whose tokens a caller can import. */
const IMPORTED_KIND: Record<Platform, InstallationKind> = {
  github: "oauth_app",
  slack: "slack_bot",
  jira: "jira_3lo",
};

/** An installation from tokens that the caller has; the omitted fields are chosen here. */
export type InstallationImport = Omit<
  InstallationCreate,
  "kind" | "webhookSecret" | "installedById" | "refreshTokenExpiresAt"
> & { readonly webhookSecret: string | undefined };

export interface CreateDeps {
  readonly installations: InstallationRepository;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
}

/**
 * Creates an installation from known tokens, or from the id of a GitHub App installation alone.
 *
 * @throws {ServiceError} `duplicate_installation`, `invalid_request`, `platform_not_configured`,
 * `installation_not_verified`, `retry_later`, and the errors of `OAuthProvider.check`
 */
export async function createInstallation(
  deps: CreateDeps,
  input: InstallationImport,
): Promise<Installation> {
  const kind = kindOf(input);
  if (kind === "github_app") await verifyGrant(deps.providers, { ...input, kind });
  else if (input.accessToken === null) throw missingAccessToken();
  const installation = await deps.installations.create({
    ...input,
    kind,
    webhookSecret: input.webhookSecret ?? createWebhookSecret(),
    installedById: null,
    refreshTokenExpiresAt: null,
  });
  announceInstall(deps.events, installation, "created");
  return installation;
}

/**
 * Returns the kind of app of an imported grant.
 *
 * @throws {ServiceError} `invalid_request` if a platform other than GitHub has a `provider_installation_id`
 */
export function kindOf({
  platform,
  providerInstallationId,
}: Pick<InstallationCreate, "platform" | "providerInstallationId">): InstallationKind {
  if (providerInstallationId === null) return IMPORTED_KIND[platform];
  if (platform === "github") return "github_app";
  throw new ServiceError("invalid_request", "Only GitHub has a provider_installation_id.");
}

/** Returns the error for an import that has neither an access token nor an App installation id. */
export function missingAccessToken(): ServiceError {
  return new ServiceError("invalid_request", "An installation needs an access_token.");
}
