import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, notFound, toServiceError } from "../errors.ts";
import { type InstallationEvents, publishEnd } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";

export interface DeleteDeps {
  readonly installations: InstallationRepository;
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
}

/** The result of the revocation at the platform; the installation is deleted in any case. */
export type Revocation = "done" | "skipped" | ErrorCode;

/**
 * Deletes an installation after one attempt to revoke the bot's access at the platform.
 *
 * A failed revocation does not stop the deletion: an outage of the platform must not keep a customer's
 * tokens stored.
 *
 * @throws {ServiceError} `installation_not_found`, `retry_later`
 */
export async function deleteInstallation(
  deps: DeleteDeps,
  { id, revoke }: { id: string; revoke: boolean },
): Promise<Revocation> {
  const revocation = revoke ? await tryToRevoke(deps, id) : "skipped";
  const deleted = await deps.installations.delete(id);
  if (!deleted) throw notFound();
  // If it is `uninstalled`, that event was published before, e.g. by a webhook during the revocation.
  if (deleted.inactiveReason !== "uninstalled") {
    publishEnd(deps.events, { ...deleted, installationId: id }, "uninstalled", "deleted");
  }
  return revocation;
}

async function tryToRevoke({ tokens, providers }: DeleteDeps, id: string): Promise<Revocation> {
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
