import type { InstallationEvent } from "../../core/ports/installation-events.ts";
import type { Row } from "../support/memory/installation-row.ts";
import { findRow } from "../support/memory/tables.ts";
import { type IssuedPair, isFromInstall } from "./issued-tokens.ts";
import { fail } from "./observer.ts";
import { isFinal, type LastLookup } from "./recovery.ts";
import type { World } from "./world.ts";

interface Expectations {
  readonly isTampered?: boolean;
  readonly survivesOneFault?: boolean;
}

/** Checks what is left after a schedule, when everything has come to rest. */
export function checkOutcome(
  world: World,
  last: ReadonlyMap<string, LastLookup>,
  { isTampered = false, survivesOneFault = false }: Expectations,
): void {
  const mayLose = !survivesOneFault || world.scheduler.faultCount() > 1;
  for (const [organizationId, code] of last) {
    if (code === "decryption_failed" && isTampered) continue;
    if (!isFinal(code)) fail(`${organizationId} did not come to rest: ${code}`);
    if (code !== undefined) checkLoss(world, organizationId, code, mayLose);
  }
  checkEvents(world);
}

/** Checks that a grant was not lost, unless as SECURITY.md says. */
function checkLoss(world: World, organizationId: string, code: string, mayLose: boolean): void {
  const { tables, model, observer } = world;
  const { platform } = model.provider;
  const row = findRow(tables, { platform, organizationId });
  if (!row) checkDeletion(world, organizationId);
  if (!row || row.inactiveReason === "disabled" || observer.openWebhooks > 0) return;

  const reason = whyGone(world, row, mayLose);
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
function whyGone(world: World, row: Row, mayLose: boolean): string | undefined {
  const { tokens, model } = world;
  if (row.kind === "github_app") {
    const grant = { ...row, accessToken: null, refreshToken: null };
    const { status } = model.rules.check(grant);
    return status === "active" ? undefined : status;
  }
  const refreshToken = row.refreshToken ?? row.previousRefreshToken;
  const pair = tokens.findByRefreshToken(refreshToken) ?? tokens.findByAccessToken(row.accessToken);
  if (!pair) return "no tokens";
  if (pair.isTrusted) return "operator";
  const { ended } = pair;
  if (ended && ended.cause !== "refresh" && ended.cause !== "reuse") return ended.cause;
  return mayLose ? lostSuccessors(world, pair) : undefined;
}

/** Returns why the tokens that replaced a pair were not stored; `undefined` if nothing went wrong. */
function lostSuccessors({ observer }: World, pair: IssuedPair): string | undefined {
  const lost = observer.sends.filter(
    (send) => send.pair?.parent === pair && send.pair.storedStep === undefined,
  );
  const excused = lost.find(({ process }) => process.hadFault || !process.isAlive);
  return excused && `lost by ${excused.process.name}`;
}

/** Checks that every end has one event, and that the bus has taken all of them. */
function checkEvents({ tables, observer }: World): void {
  const { stored, received } = observer;
  const missing = stored.find(({ id }) => !received.some((event) => event.id === id));
  if (missing) fail(`the event ${missing.type} was not sent`);
  if (received.some(({ id }) => !stored.some((event) => event.id === id))) {
    fail("an event was sent that was not stored");
  }
  if (tables.events.size > 0) fail("an event that was sent is still stored");

  for (const row of tables.installations.values()) {
    const own = stored
      .slice(observer.reactivated.get(row.id) ?? 0)
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
