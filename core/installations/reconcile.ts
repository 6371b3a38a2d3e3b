import { PLATFORM_CALL_MS } from "../deadlines.ts";
import type { InstallationKey } from "../installation.ts";
import { announceEnd, type InstallationEvents } from "../ports/installation-events.ts";
import { type GrantState, isOfAnother, type OAuthProvider } from "../ports/provider.ts";
import type { ProviderKey, StoredSecrets, TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";

export interface ReconcileDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
}

/** What was found at the platform, and whether the installation here had to follow. */
export interface Reconciliation {
  readonly installationId: string;
  readonly before: StoredSecrets["inactiveReason"];
  readonly state: GrantState;
  readonly isChanged: boolean;
  /** Whether the platform says that it is another organization's: then nothing here follows. */
  readonly isOfAnother: boolean;
}

/**
 * Brings an installation to the state that its platform says it has now; `undefined` when there is none.
 *
 * An event only says that it is worth asking: what it tells may be old, repeated, or out of order.
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
  const isForeign = isOfAnother(secrets, state);
  const isChanged = !isForeign && differs(secrets, state);
  if (isChanged && !dryRun) await follow({ tokens, events }, secrets, state);
  return { installationId, before, state, isChanged, isOfAnother: isForeign };
}

/** What was decided here, by an operator or by an earlier word of the platform, stays decided. */
function differs({ inactiveReason, organizationName }: StoredSecrets, state: GrantState): boolean {
  const isOpen = inactiveReason === null || inactiveReason === "suspended";
  if (state.status !== "active") return isOpen && state.status !== inactiveReason;
  const name = state.organizationName ?? organizationName;
  return inactiveReason === "suspended" || name !== organizationName;
}

async function follow(
  { tokens, events }: Pick<ReconcileDeps, "tokens" | "events">,
  secrets: StoredSecrets,
  state: GrantState,
): Promise<void> {
  if (state.status !== "active") {
    const isDone = await tokens.deactivate(secrets, state.status, null);
    if (isDone) announceEnd(events, secrets, state.status, null);
    return;
  }
  await tokens.unsuspend(secrets);
  if (state.organizationName) await tokens.rename(secrets, state.organizationName);
}
