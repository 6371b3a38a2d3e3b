import type { InstallationEvent } from "../../core/ports/installation-events.ts";
import type { Row } from "../support/memory/installation-row.ts";
import { findRow } from "../support/memory/tables.ts";
import { fail } from "./fail.ts";
import { type IssuedPair, isFromInstall } from "./issued-tokens.ts";
import type { Send } from "./platform-steps.ts";
import { isFinal, type Recovery } from "./recovery.ts";
import type { World } from "./world.ts";

/** By then, a lookup or `tick` has refreshed after everything else came to rest: no cool-down is longer. */
const RECOVERY_MS = 120_000;

interface Expectations {
  readonly isTampered?: boolean;
  readonly survivesOneFault?: boolean;
}

/** Checks what is left after a schedule, when everything has come to rest. */
export function checkOutcome(
  world: World,
  { last, startedAt }: Recovery,
  { isTampered = false, survivesOneFault = false }: Expectations,
): void {
  const mayLose = !survivesOneFault || world.scheduler.faultCount() > 1;
  for (const [organizationId, code] of last) {
    if (code === "decryption_failed" && isTampered) continue;
    if (!isFinal(code)) fail(`${organizationId} did not come to rest: ${code}`);
    if (code === undefined) continue;
    checkLoss({ world, organizationId, code, mayLose, reusedUntil: startedAt + RECOVERY_MS });
  }
  checkEvents(world);
}

interface Loss {
  readonly world: World;
  readonly organizationId: string;
  /** The error code of the last lookup. */
  readonly code: string;
  readonly mayLose: boolean;
  /** Until when a used refresh token was tried again, in epoch milliseconds. */
  readonly reusedUntil: number;
}

/** Checks that a grant was not lost, unless as SECURITY.md says. */
function checkLoss(loss: Loss): void {
  const { world, organizationId, code } = loss;
  const { platform } = world.model.provider;
  const row = findRow(world.tables, { platform, organizationId });
  if (!row) checkDeletion(world, organizationId);
  if (!row || row.inactiveReason === "disabled") return;

  const reason = whyGone(loss, row);
  if (reason === undefined) fail(`the grant of ${organizationId} is lost: ${code}`);
  if (row.isActive) fail(`${organizationId} is active although its grant is gone: ${reason}`);
}

/** Checks that an installation was deleted by somebody who knew its last install. */
function checkDeletion({ tokens, observer }: World, organizationId: string): void {
  const installs = tokens.of(organizationId).filter(isFromInstall);
  const lastInstall = Math.max(...installs.map(({ storedStep = 0 }) => storedStep));
  if (!observer.deletions.some((readStep) => readStep >= lastInstall)) {
    fail(`the grant of ${organizationId} was deleted after it was replaced`);
  }
}

/** Returns why a grant may be gone; `undefined` if it should not be. */
function whyGone({ world, mayLose, reusedUntil }: Loss, row: Row): string | undefined {
  const { tokens, model } = world;
  if (row.kind === "github_app") {
    const grant = { ...row, accessToken: null, refreshToken: null };
    const { status } = model.rules.check(grant);
    return status === "active" ? undefined : status;
  }
  const refreshToken = row.refreshToken ?? row.previousRefreshToken;
  const pair = tokens.findByRefreshToken(refreshToken) ?? tokens.findByAccessToken(row.accessToken);
  if (!pair) return "no tokens";
  const { ended } = pair;
  if (ended && ended.cause !== "refresh" && ended.cause !== "reuse") return ended.cause;
  const { usedAt = 0 } = pair;
  const isReusable = usedAt + model.provider.reuseLeewaySeconds * 1000 > reusedUntil;
  return mayLose && !isReusable ? lostSuccessors(world, pair) : undefined;
}

/** Returns why the tokens that replaced a pair were not stored; `undefined` if nothing went wrong. */
function lostSuccessors({ observer }: World, pair: IssuedPair): string | undefined {
  const lost = observer.sends.filter(
    (send) => send.pair?.parent === pair && send.pair.storedStep === undefined,
  );
  const excused = lost.find(hadFault);
  return excused && `lost by ${excused.process.name}`;
}

/** Returns whether anything went wrong between the request and the end of the invocation that sent it. */
function hadFault({ process, invocation, step }: Send): boolean {
  return process.faults.some((fault) => fault.invocation === invocation && fault.step >= step);
}

/** Checks that every end has one event, and that the bus has taken all of them. */
function checkEvents({ tables, observer }: World): void {
  const { received, rows } = observer;
  const stored = rows.events;
  const missing = stored.find(({ id }) => !received.some((event) => event.id === id));
  if (missing) fail(`the event ${missing.type} was not sent`);
  if (received.some(({ id }) => !stored.some((event) => event.id === id))) {
    fail("an event was sent that was not stored");
  }
  if (tables.events.size > 0) fail("an event that was sent is still stored");

  for (const row of tables.installations.values()) {
    const own = stored
      .slice(rows.reactivated.get(row.id) ?? 0)
      .filter(({ installationId }) => installationId === row.id);
    const ends = own.slice(own.findLastIndex(({ type }) => isInstall(type)) + 1);
    if (hasTwoOfOneEnd(ends)) fail(`an end with two events: ${ends[0]?.type}`);
    const isEnded =
      row.inactiveReason === "uninstalled" || row.inactiveReason === "reauthorization_required";
    if (isEnded && ends.length === 0) fail(`an end without an event: ${row.inactiveReason}`);
  }
}

/** Returns whether an end is published twice. A grant can end before the time that was published. */
function hasTwoOfOneEnd(ends: readonly InstallationEvent[]): boolean {
  return ends.some((end, index) =>
    ends
      .slice(0, index)
      .some(
        ({ type, grantEndsAt }) =>
          type === end.type && (grantEndsAt === null || end.occurredAt >= grantEndsAt),
      ),
  );
}

function isInstall(type: string): boolean {
  return type === "created" || type === "reinstalled";
}
