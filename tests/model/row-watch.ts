import { type InstallationEvent, inactiveEventType } from "../../core/ports/installation-events.ts";
import type { Row } from "../support/memory/installation-row.ts";
import type { Tables } from "../support/memory/tables.ts";
import { fail } from "./fail.ts";
import type { IssuedTokens } from "./issued-tokens.ts";
import { isLive } from "./platform.ts";
import type { Scheduler } from "./scheduler.ts";

/** Follows the rows of all installations, and checks each change in the step that stored it. */
export interface RowWatch {
  /** All events that were stored, oldest first. */
  readonly events: readonly InstallationEvent[];
  /** How many events there were when an installation became active again, by its id. */
  readonly reactivated: ReadonlyMap<string, number>;
  /** Reads what a step stored. */
  read(): void;
  /** Returns the number of the step since which the installation of an organization has ended. */
  endedSince(organizationId: string): number | undefined;
  /** Returns the number of the step since which a row has this access token no more, or not to be used. */
  replacedSince(accessToken: string): number | undefined;
}

export function createRowWatch({
  scheduler,
  tables,
  tokens,
}: {
  scheduler: Scheduler;
  tables: Tables;
  tokens: IssuedTokens;
}): RowWatch {
  const events = new Map<string, InstallationEvent>();
  const rows = new Map<string, Row>();
  const reactivated = new Map<string, number>();
  const ended = new Map<string, number>();
  const replaced = new Map<string, number>();

  function readEvents(): InstallationEvent[] {
    const added: InstallationEvent[] = [];
    for (const { event } of tables.events.values()) {
      if (events.has(event.id)) continue;
      events.set(event.id, event);
      added.push(event);
    }
    return added;
  }

  function noteTokens(row: Row): void {
    for (const token of [row.accessToken, row.refreshToken]) {
      const pair = tokens.findByAccessToken(token) ?? tokens.findByRefreshToken(token);
      if (pair) pair.storedStep ??= scheduler.stepCount();
    }
  }

  function noteUse(before: Row | undefined, row: Row | undefined): void {
    const step = scheduler.stepCount();
    const [old, current] = [usableToken(before), usableToken(row)];
    if (old !== null && old !== current) replaced.set(old, step);
    if (current !== null) replaced.delete(current);
    // A refresh that is under way when an operator disables an installation is not ended by that.
    const hasEnded = !row?.isActive && row?.inactiveReason !== "disabled";
    if (!hasEnded) ended.delete(row.organizationId);
    else if (before?.isActive) ended.set(before.organizationId, step);
  }

  /** Checks that a grant whose refresh token is lost ends with its access token, and not before. */
  function checkEndOfLost(before: Row, row: Row): void {
    if (!before.isActive || row.inactiveReason !== "reauthorization_required") return;
    const pair = tokens.findByAccessToken(before.accessToken);
    const isLost = before.attempts > 1;
    if (isLost && pair && isLive(pair, scheduler.now())) fail("a grant ended before its token");
  }

  function noteReactivation(before: Row, row: Row): void {
    if (before.isActive || !row.isActive) return;
    reactivated.set(row.id, events.size);
    const isConfirmed = row.statusVersion > before.statusVersion;
    const pair = tokens.findByAccessToken(row.accessToken);
    // An operator decided that these tokens are used again, although they have ended.
    const isReused = pair?.ended && row.accessToken === before.accessToken;
    if (isReused && !isConfirmed) pair.isTrusted = true;
  }

  return {
    reactivated,
    get events() {
      return [...events.values()];
    },
    endedSince: (organizationId) => ended.get(organizationId),
    replacedSince: (accessToken) => replaced.get(accessToken),

    read() {
      const added = readEvents();
      for (const before of rows.values()) {
        if (tables.installations.has(before.id)) continue;
        rows.delete(before.id);
        noteUse(before, undefined);
        checkEvent(before.id, neededAtDeletion(before), added);
      }
      for (const row of tables.installations.values()) {
        const before = rows.get(row.id);
        if (before === row) continue;
        rows.set(row.id, row);
        if (before) {
          noteReactivation(before, row);
          checkEndOfLost(before, row);
        }
        noteUse(before, row);
        noteTokens(row);
        const isPlanted = scheduler.stepCount() === 0;
        if (!isPlanted) checkEvent(row.id, neededAtChange(before, row), added);
      }
    },
  };
}

/** Returns the access token that a lookup may return, whatever life it has left. */
function usableToken(row: Row | undefined): string | null {
  if (!row || (!row.isActive && row.inactiveReason !== "disabled")) return null;
  // The platform changed the token of an App, so that another one is minted.
  return row.kind === "github_app" && row.tokenExpiresAt === null ? null : row.accessToken;
}

type EventType = InstallationEvent["type"];

/** Returns the type of the event that must be stored with a change; `undefined` if none must. */
function neededAtChange(before: Row | undefined, row: Row): EventType | undefined {
  if (!before) return "created";
  const hasNewGrant = row.grantVersion > before.grantVersion;
  if (hasNewGrant && row.statusVersion > before.statusVersion) return "reinstalled";
  if (row.grantEndsAt && !before.grantEndsAt) return "reauthorization_required";
  // The event of an ending grant was stored when its refresh token was lost.
  const isEnd = row.inactiveReason !== before.inactiveReason && before.grantEndsAt === null;
  return isEnd && row.inactiveReason ? inactiveEventType(row.inactiveReason) : undefined;
}

function neededAtDeletion({ inactiveReason }: Row): EventType | undefined {
  return inactiveReason === "uninstalled" ? undefined : "uninstalled";
}

function checkEvent(
  id: string,
  needed: EventType | undefined,
  added: readonly InstallationEvent[],
): void {
  const isStored = added.some(
    ({ installationId, type }) => installationId === id && type === needed,
  );
  if (needed && !isStored) fail(`an end without an event: ${needed} of ${id}`);
}
