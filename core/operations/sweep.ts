import { type ErrorCode, toServiceError } from "../errors.ts";
import type { Installation } from "../installation.ts";
import { reconcile } from "../installations/reconcile.ts";
import type { Expiry } from "../ports/expiry.ts";
import type { InstallationEvents } from "../ports/installation-events.ts";
import type { InstallationReader } from "../ports/installation-repository.ts";
import type { GrantState, OAuthProvider } from "../ports/provider.ts";
import type { TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import type { Refresh } from "../tokens/refresh.ts";

/** Jira's refresh tokens die after 90 days without use, GitHub's after six months. */
const IDLE = { idleDays: 30, endsInDays: 30, count: 500 };
/** One more installation is only looked at with time to finish it. */
const MIN_TIME_MS = 15_000;
/** A token must live long enough to be asked about. */
const MIN_LIFE_SECONDS = 60;

export interface MaintenanceDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly refresh: Refresh;
  readonly installations: InstallationReader;
  readonly expiry: Expiry;
  readonly events: InstallationEvents;
}

export interface SweepResult {
  readonly removed: number;
  readonly refreshed: number;
  readonly failed: number;
}

/** What the platform says of one installation, or why it could not be asked. */
interface Finding {
  readonly installationId: string;
  readonly before: Installation["inactiveReason"];
  /** `not_asked`: only with a renewed token, which a dry run does not get. */
  readonly status: GrantState["status"] | ErrorCode | "not_asked";
  readonly isChanged: boolean;
}

export interface HealthReport {
  readonly checked: number;
  /** Only what differs from what is stored, or could not be asked. */
  readonly findings: readonly Finding[];
  /** The last id that was looked at, or `null` when there are no more. */
  readonly lastId: string | null;
}

/** Keeps refresh tokens alive that nobody has used for long, and forgets what has expired. */
export async function sweep(
  deps: MaintenanceDeps,
  { remainingMs }: { remainingMs: () => number },
): Promise<SweepResult> {
  const removed = await deps.expiry.removeExpired();
  let refreshed = 0;
  let failed = 0;
  const kinds = deps.providers.map(({ kind }) => kind);
  const idle = kinds.length > 0 ? await deps.expiry.findIdle({ ...IDLE, kinds }) : [];
  for (const id of idle) {
    if (remainingMs() < MIN_TIME_MS) break;
    const isRefreshed = await renew(deps, id, remainingMs).catch(() => false);
    if (isRefreshed) refreshed += 1;
    else failed += 1;
  }
  return { removed, refreshed, failed };
}

/**
 * Asks the platforms how installations stand, newest first, as many as there is time for.
 *
 * Without `dryRun`, what is stored follows what the platforms say.
 */
export async function checkHealth(
  deps: MaintenanceDeps,
  {
    dryRun,
    before,
    limit,
    remainingMs,
  }: {
    dryRun: boolean;
    before: string | undefined;
    limit: number;
    remainingMs: () => number;
  },
): Promise<HealthReport> {
  const { items, hasMore } = await deps.installations.list({}, { limit, before });
  const findings: Finding[] = [];
  let checked = 0;
  for (const installation of items) {
    if (remainingMs() < MIN_TIME_MS) break;
    const finding = await check(deps, installation, dryRun, remainingMs);
    checked += 1;
    if (finding.isChanged || !isState(finding.status)) findings.push(finding);
  }
  const isDone = checked === items.length && !hasMore;
  return { checked, findings, lastId: isDone ? null : (items[checked - 1]?.id ?? before ?? null) };
}

async function check(
  deps: MaintenanceDeps,
  { id, inactiveReason, hasRefreshToken }: Installation,
  dryRun: boolean,
  remainingMs: () => number,
): Promise<Finding> {
  const unchanged = { installationId: id, before: inactiveReason, isChanged: false };
  try {
    // The platform is asked with the installation's own token: what it says of an old one says nothing.
    const isRenewable = inactiveReason === null && hasRefreshToken;
    const token = isRenewable ? await deps.tokens.findToken({ id }) : undefined;
    const isOld = (token?.lifeLeftSeconds ?? Number.POSITIVE_INFINITY) < MIN_LIFE_SECONDS;
    if (isOld) {
      if (dryRun) return { ...unchanged, status: "not_asked" };
      await renew(deps, id, remainingMs);
    }

    const result = await reconcile(deps, { id }, { dryRun });
    if (!result) return { ...unchanged, status: "installation_not_found" };
    const { isChanged, isOfAnother, state } = result;
    if (isOfAnother) return { ...unchanged, status: "installation_not_verified" };
    return { ...unchanged, status: state.status, isChanged };
  } catch (error) {
    return { ...unchanged, status: toServiceError(error).code };
  }
}

async function renew(
  { tokens, providers, refresh }: MaintenanceDeps,
  id: string,
  remainingMs: () => number,
): Promise<boolean> {
  const token = await tokens.findToken({ id });
  if (!token?.isActive) return false;
  const provider = getProviderOfKind(providers, token);
  const renewed = await refresh(token, { provider, minTtlSeconds: 0, remainingMs });
  return renewed.tokenVersion !== token.tokenVersion;
}

function isState(status: Finding["status"]): boolean {
  return ["active", "suspended", "uninstalled", "reauthorization_required"].includes(status);
}
