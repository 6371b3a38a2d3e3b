import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import { grantedKey } from "../grants/granted-key.ts";
import type { Permissions } from "../grants/permissions.ts";
import type { InstallationKey } from "../installation.ts";
import {
  type Change,
  type InstallationEvents,
  publishChange,
} from "../ports/installation-events.ts";
import type { GrantState, OAuthProvider } from "../ports/provider.ts";
import type { ProviderKey, StoredSecrets, TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { systemTiming, type Timing } from "../tokens/timing.ts";
import { belongsToOtherOrganization } from "./organization-match.ts";
import { differenceOf, type StatusDifference } from "./status-difference.ts";

/** How often the platform is asked again because the installation changed since it was asked. */
const MAX_ATTEMPTS = 3;
/** How often the end of a refresh is looked for. */
const POLL_MS = 250;

export interface ReconcileDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly events: InstallationEvents;
  /** Only a simulation brings its own. */
  readonly timing?: Timing;
}

export interface ReconcileOptions {
  /** Returns the milliseconds that are left to wait for a refresh that is under way. */
  readonly remainingMs: () => number;
  /** Changes nothing. */
  readonly dryRun?: boolean;
  /** Also reactivates an installation that is stored as ended. */
  readonly restoresEnded?: boolean;
  /** Whether the platform may have changed the stored access token, which is not returned then. */
  readonly mayChangeToken?: boolean;
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
 * A webhook only triggers this: its payload may be old, repeated or out of order. A status that is about an
 * access token is not stored while a refresh may have replaced that token: the platform is asked again about
 * the new one.
 *
 * @throws {ServiceError} `retry_later`, `platform_not_configured`, `provider_error`, `provider_misconfigured`,
 * `provider_rate_limited`, `provider_unavailable`, `decryption_failed`
 */
export async function reconcile(
  deps: ReconcileDeps,
  key: InstallationKey | ProviderKey,
  options: ReconcileOptions,
): Promise<Reconciliation | undefined> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const requested = await requestSettledState(deps, key, options);
    if (!requested) return undefined;

    const { secrets, state } = requested;
    const isOther = belongsToOtherOrganization(secrets, state);
    const difference = isOther ? undefined : differenceOf(secrets, state, options);
    const result = {
      installationId: secrets.installationId,
      before: secrets.inactiveReason,
      state,
      isChanged: difference !== undefined,
      belongsToOtherOrganization: isOther,
    };
    if (options.dryRun || isOther) return result;

    const permissions = otherPermissions(secrets, state);
    if (permissions) {
      const change = await deps.tokens.storePermissions(secrets, permissions);
      // The next attempt stores the rest, and reads what another one has stored.
      if (!publishChange(deps.events, change) || difference) continue;
      return result;
    }
    if (difference && !(await store(deps, secrets, difference))) continue;
    // A reactivation expires the token as well.
    const mayBeOldToken = state.status === "active" && difference?.type !== "reactivate";
    if (!options.mayChangeToken || !mayBeOldToken) return result;
    if (await deps.tokens.expireToken(secrets)) return result;
  }
  const message = "The installation changed while its status was requested. Try again.";
  throw new ServiceError("retry_later", message, { reason: "status changed" });
}

/** The status of an installation, and the tokens that it was requested with. */
interface RequestedState {
  readonly secrets: StoredSecrets;
  readonly state: GrantState;
}

/** Requests the status until it is certainly not about a token that a refresh replaces. */
async function requestSettledState(
  deps: ReconcileDeps,
  key: InstallationKey | ProviderKey,
  options: ReconcileOptions,
): Promise<RequestedState | undefined> {
  for (;;) {
    const secrets = await deps.tokens.findSecrets(key);
    if (!secrets) return undefined;
    const provider = getProviderOfKind(deps.providers, secrets);
    const { timing = systemTiming } = deps;
    const signal = timing.abortAfter(PLATFORM_CALL_MS);
    const state = await provider.check({ ...secrets, signal });
    const isAboutToken = state.status !== "active" && state.evidence === "token";
    const isCertain = !isAboutToken || !secrets.isRefreshOpen;
    if (isCertain || !differenceOf(secrets, state, options)) return { secrets, state };
    await waitForRefresh(deps, secrets, options);
  }
}

async function waitForRefresh(
  { tokens, timing = systemTiming }: ReconcileDeps,
  { installationId: id, tokenVersion }: StoredSecrets,
  { remainingMs }: ReconcileOptions,
): Promise<void> {
  for (;;) {
    if (remainingMs() < POLL_MS) {
      const message = "The outcome of a refresh is open. Try again.";
      throw new ServiceError("retry_later", message, { reason: "refresh open" });
    }
    await timing.sleep(POLL_MS);
    const secrets = await tokens.findSecrets({ id });
    if (!secrets?.isRefreshOpen || secrets.tokenVersion !== tokenVersion) return;
  }
}

/** Returns the permissions at the platform, if others are stored for an installation that is connected. */
function otherPermissions(
  { inactiveReason, permissions: stored, ...grant }: StoredSecrets,
  state: GrantState,
): Permissions | undefined {
  if (state.status !== "active" || !state.permissions) return undefined;
  if (inactiveReason === "unclaimed") return undefined;
  const key = (permissions: Permissions) => grantedKey({ ...grant, scopes: [], permissions });
  return key(stored) === key(state.permissions) ? undefined : state.permissions;
}

/** Stores a difference. Returns `false` if the installation changed since its status was requested. */
async function store(
  { tokens, events }: ReconcileDeps,
  secrets: StoredSecrets,
  difference: StatusDifference,
): Promise<boolean> {
  if (difference.type === "delete") return tokens.deleteUnclaimed(secrets);
  if (difference.type === "end") {
    return publishChange(events, await end(tokens, secrets, difference));
  }
  if (difference.organizationName !== undefined) {
    await tokens.rename(secrets, difference.organizationName);
  }
  if (difference.type === "rename") return true;
  return publishChange(events, await tokens.reactivate(secrets));
}

function end(
  tokens: TokenStore,
  secrets: StoredSecrets,
  { status, evidence }: Extract<StatusDifference, { type: "end" }>,
): Promise<Change | undefined> {
  return evidence === "installation"
    ? tokens.endInstallation(secrets, status, null)
    : tokens.endGrant(secrets, status, null);
}
