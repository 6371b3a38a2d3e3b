import { PLATFORM_CALL_MS } from "../deadlines.ts";
import type { InstallationKey } from "../installation.ts";
import { type InstallationEvents, publishEnd } from "../ports/installation-events.ts";
import type { GrantState, OAuthProvider } from "../ports/provider.ts";
import type { ProviderKey, StoredSecrets, TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { belongsToOtherOrganization } from "./organization-match.ts";

export interface ReconcileDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
}

/** The status of an installation at its platform, and whether the stored one differed. */
export interface Reconciliation {
  readonly installationId: string;
  readonly before: StoredSecrets["inactiveReason"];
  readonly state: GrantState;
  readonly isChanged: boolean;
  /** Whether the platform reports another organization; the stored status is not updated then. */
  readonly belongsToOtherOrganization: boolean;
}

/**
 * Requests the status of an installation from its platform and stores it; `undefined` if there is no
 * such installation.
 *
 * A webhook only triggers this: its payload may be old, repeated or out of order.
 *
 * @throws {ServiceError} `retry_later`, `platform_not_configured`, `provider_error`, `provider_misconfigured`,
 * `provider_rate_limited`, `provider_unavailable`, `decryption_failed`
 */
export async function reconcile(
  { tokens, providers, events }: ReconcileDeps,
  key: InstallationKey | ProviderKey,
  { dryRun = false } = {},
): Promise<Reconciliation | undefined> {
  const secrets = await tokens.findSecrets(key);
  if (!secrets) return undefined;

  const { installationId, inactiveReason: before } = secrets;
  const provider = getProviderOfKind(providers, secrets);
  const state = await provider.check({ ...secrets, signal: AbortSignal.timeout(PLATFORM_CALL_MS) });
  const isOther = belongsToOtherOrganization(secrets, state);
  const isChanged = !isOther && differs(secrets, state);
  if (isChanged && !dryRun) await applyGrantState({ tokens, events }, secrets, state);
  return { installationId, before, state, isChanged, belongsToOtherOrganization: isOther };
}

/** Never reactivates an installation that an operator disabled or the platform already ended. */
function differs({ inactiveReason, organizationName }: StoredSecrets, state: GrantState): boolean {
  const isOpen = inactiveReason === null || inactiveReason === "suspended";
  if (state.status !== "active") return isOpen && state.status !== inactiveReason;
  const name = state.organizationName ?? organizationName;
  return inactiveReason === "suspended" || name !== organizationName;
}

async function applyGrantState(
  { tokens, events }: Pick<ReconcileDeps, "tokens" | "events">,
  secrets: StoredSecrets,
  state: GrantState,
): Promise<void> {
  if (state.status !== "active") {
    const isDeactivated = await tokens.deactivate(secrets, state.status, null);
    if (isDeactivated) publishEnd(events, secrets, state.status, null);
    return;
  }
  await tokens.unsuspend(secrets);
  if (state.organizationName) await tokens.rename(secrets, state.organizationName);
}
