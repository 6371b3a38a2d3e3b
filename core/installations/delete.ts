import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { type ErrorCode, notFound, ServiceError, toServiceError } from "../errors.ts";
import {
  type InstallationEvent,
  type InstallationEvents,
  publishChange,
} from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { StoredSecrets, TokenStore } from "../ports/token-store.ts";
import type { WebhookRegistrations } from "../ports/webhook-registrations.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { addToTrace } from "../request-trace.ts";
import { systemTiming, type Timing } from "../tokens/timing.ts";
import { removeWebhooks } from "./remove-webhooks.ts";

export interface DeleteDeps {
  readonly installations: InstallationRepository;
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
  /** For platforms where webhooks are registered for each organization. */
  readonly registrations?: WebhookRegistrations;
  /** Only a simulation brings its own. */
  readonly timing?: Timing;
}

/**
 * The result of the revocation at the platform; the installation is deleted in any case. `skipped`: it was
 * not requested. `not_supported`: the platform has no endpoint for it. `failed`: also if webhooks could not be removed.
 */
export type Revocation =
  | { readonly outcome: "done" | "not_supported" | "skipped" }
  | { readonly outcome: "failed"; readonly code: ErrorCode };

/**
 * Deletes an installation after one attempt to revoke the bot's access at the platform, and to remove the webhooks
 * that were registered for it.
 *
 * A failed revocation does not stop the deletion: an outage of the platform must not keep a customer's
 * tokens stored. A grant that replaces the revoked one meanwhile is not deleted.
 *
 * @throws {ServiceError} `installation_not_found`, `retry_later`
 */
export async function deleteInstallation(
  deps: DeleteDeps,
  { id, revoke }: { id: string; revoke: boolean },
): Promise<Revocation> {
  const { installations, events } = deps;
  const grantVersion = await installations.findGrantVersion(id);
  if (grantVersion === undefined) throw notFound();

  const revocation = revoke ? await tryToRevoke(deps, { id, grantVersion }) : skipped();
  const deleted = await installations.delete(id, grantVersion);
  if (deleted?.event) addToTrace(subjectOf(deleted.event));
  if (publishChange(events, deleted)) return revocation;
  if ((await installations.findGrantVersion(id)) === undefined) throw notFound();
  throw replaced();
}

function subjectOf({ platform, organizationId }: InstallationEvent) {
  return { platform, organizationId };
}

async function tryToRevoke(
  { tokens, providers, registrations, timing = systemTiming }: DeleteDeps,
  { id, grantVersion }: { id: string; grantVersion: number },
): Promise<Revocation> {
  try {
    const secrets = await tokens.findSecrets({ id });
    // The grant that is stored now is not the one that is deleted: that is refused below.
    if (secrets?.grantVersion !== grantVersion) return skipped();
    const provider = getProviderOfKind(providers, secrets);
    const grant = { ...toGrant(secrets), signal: timing.abortAfter(PLATFORM_CALL_MS) };
    if (registrations) await removeWebhooks(registrations, provider, grant);
    if (!provider.canRevoke) return { outcome: "not_supported" };
    await provider.revoke(grant);
    return { outcome: "done" };
  } catch (error) {
    return { outcome: "failed", code: toServiceError(error).code };
  }
}

function toGrant(secrets: StoredSecrets) {
  // The platform has ended this grant: its refresh token is not valid any more.
  const isEnded = secrets.inactiveReason === "reauthorization_required";
  return isEnded ? { ...secrets, refreshToken: null } : secrets;
}

function skipped(): Revocation {
  return { outcome: "skipped" };
}

function replaced(): ServiceError {
  const message = "The grant was replaced meanwhile. The installation was not deleted.";
  return new ServiceError("retry_later", message, { reason: "grant replaced" });
}
