import type { InstallationEvent } from "../../core/ports/installation-events.ts";
import type { AccessToken } from "../../core/tokens/lookup.ts";
import type { Row } from "../support/memory/installation-row.ts";
import type { Tables } from "../support/memory/tables.ts";
import { type IssuedPair, type IssuedTokens, isFromInstall } from "./issued-tokens.ts";
import { isLive } from "./platform.ts";
import type { Send } from "./platform-steps.ts";
import type { Process, Scheduler } from "./scheduler.ts";

/** The facts that a simulation knows beyond its processes, and the checks while it runs. */
export interface Observer {
  readonly sends: readonly Send[];
  /** The events that the bus has taken. */
  readonly received: readonly InstallationEvent[];
  /** All events that were stored, oldest first. */
  readonly stored: readonly InstallationEvent[];
  /** How many events there were when an installation became active again, by its id. */
  readonly reactivated: ReadonlyMap<string, number>;
  /** When the version of a grant was last read by each that then deleted it: the numbers of the steps. */
  readonly deletions: readonly number[];
  /** How many webhooks were received and not handled: what they are about may not be stored. */
  openWebhooks: number;
  /** Reads what a step wrote to the store. */
  readStore(): void;
  receive(event: InstallationEvent): void;
  /** Notes that an installation is deleted, if its grant is still the one that was read in this step. */
  noteDeletion(readStep: number): void;
  /** Checks that no other refresh of the same tokens is under way, and that the row counts all attempts. */
  checkSend(send: Send): void;
  /** Notes that a webhook was handled after the end of these tokens. */
  noteHandled(organizationId: string, startStep: number): void;
  /** Checks a token that a lookup returns. */
  checkReturned(returned: Returned): void;
}

interface Returned {
  readonly token: AccessToken;
  readonly organizationId: string;
  readonly process: Process;
  readonly isNarrowed: boolean;
}

export function createObserver({
  scheduler,
  tables,
  tokens,
}: {
  scheduler: Scheduler;
  tables: Tables;
  tokens: IssuedTokens;
}): Observer {
  const sends: Send[] = [];
  const received: InstallationEvent[] = [];
  const stored = new Map<string, InstallationEvent>();
  const handled = new Map<string, { startStep: number; endStep: number }[]>();
  const rows = new Map<string, Row>();
  const deletions: number[] = [];
  const reactivated = new Map<string, number>();

  function noteRow(row: Row): void {
    const before = rows.get(row.id);
    if (before === row) return;
    rows.set(row.id, row);
    if (before && !before.isActive && row.isActive) noteReactivation(before, row);
    if (before?.isActive && row.inactiveReason === "reauthorization_required") checkEnd(before);
    for (const token of [row.accessToken, row.refreshToken]) {
      const pair = tokens.findByAccessToken(token) ?? tokens.findByRefreshToken(token);
      if (pair) pair.storedStep ??= scheduler.stepCount();
    }
  }

  /** Checks that a grant whose refresh token is lost ends with its access token, and not before. */
  function checkEnd({ attempts, accessToken }: Row): void {
    const pair = tokens.findByAccessToken(accessToken);
    const isLost = attempts > 1;
    if (isLost && pair && isLive(pair, scheduler.now())) fail("a grant ended before its token");
  }

  function noteReactivation(before: Row, row: Row): void {
    reactivated.set(row.id, stored.size);
    const isConfirmed = row.statusVersion > before.statusVersion;
    const pair = tokens.findByAccessToken(row.accessToken);
    // An operator decided that these tokens are used again.
    if (pair && !isConfirmed && row.accessToken === before.accessToken) pair.isTrusted = true;
  }

  return {
    sends,
    received,
    reactivated,
    deletions,
    get stored() {
      return [...stored.values()];
    },
    openWebhooks: 0,

    readStore() {
      for (const { event } of tables.events.values()) stored.set(event.id, event);
      for (const row of tables.installations.values()) noteRow(row);
    },

    receive(event) {
      received.push(event);
    },

    noteDeletion(readStep) {
      deletions.push(readStep);
    },

    checkSend(send) {
      const { installationId, tokenVersion, attempts, refreshToken } = send.lease;
      const same = sends.filter(
        ({ lease }) =>
          lease.installationId === installationId && lease.tokenVersion === tokenVersion,
      );
      const now = scheduler.now();
      const other = same.find(
        (one) =>
          !one.isDone && one.process.isAlive && one.process !== send.process && one.limit > now,
      );
      if (other) fail(`two refreshes of one version at the same time: ${other.process.name}`);
      const isDone = sends.some(
        ({ lease, decidedOn, pair }) =>
          lease.installationId === installationId &&
          decidedOn === send.decidedOn &&
          pair?.storedStep !== undefined,
      );
      if (isDone) fail(`a refresh of version ${send.decidedOn}, whose successor is stored`);
      const effective = same.filter(({ pair }) => isCounted(pair)).length;
      if (refreshToken !== null && attempts <= effective) {
        fail(`a refresh after ${effective} with an effect, but the row counts ${attempts}`);
      }
      sends.push(send);
    },

    noteHandled(organizationId, startStep) {
      const endStep = scheduler.stepCount();
      handled.set(organizationId, [...(handled.get(organizationId) ?? []), { startStep, endStep }]);
    },

    checkReturned({ token, organizationId, process, isNarrowed }) {
      const { accessToken } = token;
      const pair = tokens.findByAccessToken(accessToken);
      if (pair?.organizationId !== organizationId) fail(`a token of another: ${accessToken}`);
      if (pair.expiresAt <= scheduler.now()) fail(`an expired token: ${accessToken}`);
      if (!isNarrowed && pair.storedStep === undefined) fail(`a token before it is stored`);
      if (isKnownToHaveEnded(pair, organizationId, process)) {
        fail(`a token that ended (${pair.ended?.cause}): ${accessToken}`);
      }
    },
  };

  /** Returns whether the store had what tells that a token has ended, when it was last read. */
  function isKnownToHaveEnded(
    pair: IssuedPair,
    organizationId: string,
    { lastRead }: Process,
  ): boolean {
    const { ended, isTrusted } = pair;
    if (!ended || isTrusted) return false;
    if (ended.cause === "refresh" || ended.cause === "reuse") return ended.isKnowable;
    const webhooks = handled.get(organizationId) ?? [];
    // An install that was completed before the end may be stored after it.
    const since = Math.max(ended.step, isFromInstall(pair) ? (pair.storedStep ?? 0) : 0);
    return webhooks.some(({ startStep, endStep }) => startStep >= since && endStep < lastRead);
  }
}

/** Returns whether the row of an installation counts the refresh that issued a pair. */
function isCounted(pair: IssuedPair | undefined): boolean {
  return (
    pair !== undefined && pair.storedStep === undefined && pair.parent?.ended?.isKnowable !== false
  );
}

/** Reports something that must never happen. */
export function fail(message: string): never {
  throw new Error(`Must never happen: ${message}`);
}
