import { type ErrorCode, notFound, ServiceError, toServiceError } from "../errors.ts";
import type { Installation } from "../installation.ts";
import { type ReconcileDeps, reconcile } from "../installations/reconcile.ts";
import type { InstallationReader } from "../ports/installation-repository.ts";
import type { GrantState } from "../ports/provider.ts";
import { systemTiming } from "../tokens/timing.ts";
import { type RefreshInstallationDeps, refreshInstallation } from "./refresh-installation.ts";

/** Another installation is checked only with this much time left. */
const MIN_TIME_MS = 30_000;
/** A token with less life left is refreshed before it is checked. */
const MIN_LIFE_SECONDS = 60;
/** For how long the end of a refresh is waited for. One that is still open then is a finding. */
const MAX_WAIT_MS = 3_000;

export interface HealthCheckDeps extends ReconcileDeps, RefreshInstallationDeps {
  readonly installations: InstallationReader;
}

/** The status of one installation at its platform, or why it could not be checked. */
interface Finding {
  readonly installationId: string;
  readonly before: Installation["inactiveReason"];
  /** `not_asked`: checking needs a refreshed token, and a dry run refreshes none. */
  readonly status: GrantState["status"] | ErrorCode | "not_asked";
  readonly isChanged: boolean;
}

export interface HealthCheckResult {
  readonly checked: number;
  /** Only installations whose status differs from the stored one, or that could not be checked. */
  readonly findings: readonly Finding[];
  /** The id of the last installation that was checked, or `null` when there are no more. */
  readonly lastId: string | null;
}

/**
 * Requests the status of installations from their platforms, newest first, as many as there is time for.
 *
 * Unless `dryRun`, updates the stored status, and reactivates installations that are stored as ended and that
 * their platform reports as active. An installation that could not be checked is not changed.
 *
 * @throws {ServiceError} `retry_later`, also if there was not enough time to check any
 */
export async function checkHealth(
  deps: HealthCheckDeps,
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
): Promise<HealthCheckResult> {
  const { items, hasMore } = await deps.installations.list({}, { limit, before });
  const findings: Finding[] = [];
  let checked = 0;
  for (const installation of items) {
    if (remainingMs() < MIN_TIME_MS) break;
    const finding = await check(deps, installation, dryRun, remainingMs);
    checked += 1;
    if (finding.isChanged || !isState(finding.status)) findings.push(finding);
  }
  if (checked === 0 && items.length > 0) {
    const message = "There was not enough time to check an installation. Try again.";
    throw new ServiceError("retry_later", message, { reason: "no time" });
  }
  const isDone = checked === items.length && !hasMore;
  return { checked, findings, lastId: isDone ? null : (items[checked - 1]?.id ?? null) };
}

/**
 * Requests the status of one installation from its platform. Unless `dryRun`, updates the stored status, and reactivates
 * an installation that is stored as ended and that its platform reports as active.
 *
 * @throws {ServiceError} `installation_not_found`, `retry_later`
 */
export async function checkInstallation(
  deps: HealthCheckDeps,
  id: string,
  { dryRun, remainingMs }: { dryRun: boolean; remainingMs: () => number },
): Promise<Finding> {
  const installation = await deps.installations.find({ id });
  if (!installation) throw notFound();
  return check(deps, installation, dryRun, remainingMs);
}

async function check(
  deps: HealthCheckDeps,
  { id, inactiveReason, hasRefreshToken }: Installation,
  dryRun: boolean,
  remainingMs: () => number,
): Promise<Finding> {
  const unchanged = { installationId: id, before: inactiveReason, isChanged: false };
  try {
    // The check uses the installation's own token, and an expired one would be rejected in any case.
    const isRefreshable = inactiveReason === null && hasRefreshToken;
    const token = isRefreshable ? await deps.tokens.findToken({ id }) : undefined;
    const isExpiring = (token?.lifeLeftSeconds ?? Number.POSITIVE_INFINITY) < MIN_LIFE_SECONDS;
    if (isExpiring) {
      if (dryRun) return { ...unchanged, status: "not_asked" };
      await refreshInstallation(deps, id, remainingMs);
    }

    const { timing = systemTiming } = deps;
    const giveUpAt = timing.now() + MAX_WAIT_MS;
    const leftMs = () => giveUpAt - timing.now();
    const options = { dryRun, restoresEnded: true, remainingMs: leftMs };
    const result = await reconcile(deps, { id }, options);
    if (!result) return { ...unchanged, status: "installation_not_found" };
    if (result.belongsToOtherOrganization) {
      return { ...unchanged, status: "installation_not_verified" };
    }
    return { ...unchanged, status: result.state.status, isChanged: result.isChanged };
  } catch (error) {
    const { code } = toServiceError(error);
    // The refresh before the check found out that the grant has ended, and stored that.
    return { ...unchanged, status: code, isChanged: code === "reauthorization_required" };
  }
}

function isState(status: Finding["status"]): boolean {
  return ["active", "suspended", "uninstalled", "reauthorization_required"].includes(status);
}
