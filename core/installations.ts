import { decodeCursor, encodeCursor } from "./cursor.ts";
import { ServiceError } from "./errors.ts";
import type {
  Installation,
  InstallationCreate,
  InstallationFilter,
  InstallationKind,
  InstallationUpdate,
  Platform,
} from "./installation.ts";
import type { InstallationReader, InstallationRepository } from "./installation-repository.ts";
import { platformNotConfigured } from "./provider.ts";
import type { Sealer } from "./sealing.ts";
import { createWebhookSecret } from "./webhook-secret.ts";

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

export interface ListRequest {
  readonly filter: InstallationFilter;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * Creates an installation from known tokens.
 *
 * @throws {ServiceError} `duplicate_installation`, `invalid_request`, `platform_not_configured`, `retry_later`
 */
export async function createInstallation(
  { installations }: { installations: InstallationRepository },
  input: InstallationImport,
): Promise<Installation> {
  // A GitHub App installation is imported by its id alone, and only after the App was asked about it.
  if (input.providerInstallationId !== null) throw platformNotConfigured(input.platform);
  if (input.accessToken === null) {
    throw new ServiceError("invalid_request", "An installation needs an access_token.");
  }
  return installations.create({
    ...input,
    kind: IMPORTED_KIND[input.platform],
    webhookSecret: input.webhookSecret ?? createWebhookSecret(),
    installedById: null,
    refreshTokenExpiresAt: null,
  });
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

function notFound(): never {
  throw new ServiceError("installation_not_found", "There is no such installation.");
}
