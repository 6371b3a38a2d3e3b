import { ServiceError } from "../errors.ts";
import {
  createWebhookSecret,
  type Installation,
  type InstallationCreate,
  type InstallationKind,
} from "../installation.ts";
import { PLATFORMS } from "../platforms.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { addToTrace } from "../request-trace.ts";
import { verifyGrant } from "./verify-grant.ts";

/** The fields of an installation that is created from known tokens. The omitted fields are set here. */
export type InstallationImport = Omit<
  InstallationCreate,
  "kind" | "clientId" | "permissions" | "webhookSecret" | "installedById" | "refreshTokenExpiresAt"
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
  const isOfApp = input.providerInstallationId !== null;
  if (!isOfApp && input.accessToken === null) throw missingAccessToken();
  const { clientId } = getProviderOfKind(deps.providers, { ...input, kind });
  const state = isOfApp ? await verifyGrant(deps.providers, { ...input, kind }) : undefined;
  const created = await deps.installations.create({
    ...input,
    kind,
    clientId,
    permissions: state?.status === "active" ? state.permissions : undefined,
    webhookSecret: input.webhookSecret ?? createWebhookSecret(),
    installedById: null,
    refreshTokenExpiresAt: null,
  });
  publishChange(deps.events, created);
  const { id: installationId, platform, organizationId } = created.installation;
  addToTrace({ installationId, platform, organizationId });
  return created.installation;
}

/**
 * Returns the kind of app of an imported grant.
 *
 * @throws {ServiceError} `invalid_request` for a `provider_installation_id` of a platform that has none
 */
export function kindOf({
  platform,
  providerInstallationId,
}: Pick<InstallationCreate, "platform" | "providerInstallationId">): InstallationKind {
  const { displayName, kinds } = PLATFORMS[platform];
  if (providerInstallationId === null) return kinds.byToken;
  if ("byInstallationId" in kinds) return kinds.byInstallationId;
  const message = `An installation on ${displayName} has no provider_installation_id.`;
  throw new ServiceError("invalid_request", message);
}

/** Returns the error for an import without an access token and without a `provider_installation_id`. */
export function missingAccessToken(): ServiceError {
  return new ServiceError("invalid_request", "An installation needs an access_token.");
}
