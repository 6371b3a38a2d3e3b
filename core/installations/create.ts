import { ServiceError } from "../errors.ts";
import {
  createWebhookSecret,
  type Installation,
  type InstallationCreate,
  type InstallationFilter,
  type InstallationKind,
  type InstallationUpdate,
  type Platform,
} from "../installation.ts";
import { announceInstall, type InstallationEvents } from "../ports/installation-events.ts";
import type {
  InstallationReader,
  InstallationRepository,
} from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { verifyGrant } from "./verify-grant.ts";

/** The kind of app whose tokens a caller can bring along. */
const IMPORTED_KIND: Record<Platform, InstallationKind> = {
  github: "oauth_app",
  slack: "slack_bot",
  jira: "jira_3lo",
};

/** An installation from tokens that the caller has, with what may be left out. */
export type InstallationImport = Omit<
  InstallationCreate,
  "kind" | "webhookSecret" | "installedById" | "refreshTokenExpiresAt"
> & { readonly webhookSecret: string | undefined };

export interface CreateDeps {
  readonly installations: InstallationRepository;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
}

export interface ListRequest {
  readonly filter: InstallationFilter;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * Creates an installation from known tokens, or from the id of a GitHub App installation alone.
 *
 * @throws {ServiceError} `duplicate_installation`, `invalid_request`, `platform_not_configured`,
 * `installation_not_verified`, `retry_later`, and what `OAuthProvider.check` throws
 */
export async function createInstallation(
  deps: CreateDeps,
  input: InstallationImport,
): Promise<Installation> {
  const kind = kindOf(input);
  if (kind === "github_app") await verifyGrant(deps.providers, { ...input, kind });
  else if (input.accessToken === null) throw withoutAccessToken();
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

/** @throws {ServiceError} `installation_not_found`, `retry_later` */
export async function getInstallation(
  { installations }: { installations: InstallationReader },
  id: string,
): Promise<Installation> {
  return (await installations.find({ id })) ?? notFound();
}

/**
 * One page of installations, newest first, and the cursor of the next one.
 *
 * @throws {ServiceError} `invalid_request`, `retry_later`
 */
export async function listInstallations(
  { installations, stateSealer }: { installations: InstallationReader; stateSealer: Sealer },
  { filter, limit, cursor }: ListRequest,
): Promise<{ items: readonly Installation[]; nextCursor: string | null }> {
  const before = cursor === undefined ? undefined : await decodeCursor(stateSealer, filter, cursor);
  const { items, hasMore } = await installations.list(filter, { limit, before });
  const last = items.at(-1);
  const nextCursor = hasMore && last ? await encodeCursor(stateSealer, filter, last.id) : null;
  return { items, nextCursor };
}

/** @throws {ServiceError} `installation_not_found`, `retry_later` */
export async function updateInstallation(
  { installations }: { installations: InstallationRepository },
  id: string,
  patch: InstallationUpdate,
): Promise<Installation> {
  return (await installations.update(id, patch)) ?? notFound();
}

/**
 * The kind of app that a grant from elsewhere is of.
 *
 * @throws {ServiceError} `invalid_request` for the id of an App installation elsewhere than at GitHub
 */
export function kindOf({
  platform,
  providerInstallationId,
}: Pick<InstallationCreate, "platform" | "providerInstallationId">): InstallationKind {
  if (providerInstallationId === null) return IMPORTED_KIND[platform];
  if (platform === "github") return "github_app";
  throw new ServiceError("invalid_request", "Only GitHub has a provider_installation_id.");
}

/** The error for a grant from elsewhere that says nothing to get a token by. */
export function withoutAccessToken(): ServiceError {
  return new ServiceError("invalid_request", "An installation needs an access_token.");
}

function notFound(): never {
  throw new ServiceError("installation_not_found", "There is no such installation.");
}
