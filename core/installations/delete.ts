import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, ServiceError, toServiceError } from "../errors.ts";
import { announceEnd, type InstallationEvents } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";

export interface UninstallDeps {
  readonly installations: InstallationRepository;
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
}

/** How the revocation at the platform went; the installation is deleted in any case. */
export type Revocation = "done" | "skipped" | ErrorCode;

/**
 * Deletes an installation, after one try to end the bot's access at the platform: a platform that is down
 * must not keep a customer's tokens here.
 *
 * @throws {ServiceError} `installation_not_found`, `retry_later`
 */
export async function uninstall(
  deps: UninstallDeps,
  { id, revoke }: { id: string; revoke: boolean },
): Promise<Revocation> {
  const revocation = revoke ? await tryToRevoke(deps, id) : "skipped";
  const deleted = await deps.installations.delete(id);
  if (!deleted) {
    throw new ServiceError("installation_not_found", "There is no such installation.");
  }
  // The platform may have told of it before: while it was asked to revoke, or long ago.
  if (deleted.inactiveReason !== "uninstalled") {
    announceEnd(deps.events, { ...deleted, installationId: id }, "uninstalled", "deleted");
  }
  return revocation;
}

async function tryToRevoke({ tokens, providers }: UninstallDeps, id: string): Promise<Revocation> {
  try {
    const secrets = await tokens.findSecrets({ id });
    if (!secrets) return "skipped";
    const provider = getProviderOfKind(providers, secrets);
    await provider.revoke({ ...secrets, signal: AbortSignal.timeout(PLATFORM_CALL_MS) });
    return "done";
  } catch (error) {
    return toServiceError(error).code;
  }
}
