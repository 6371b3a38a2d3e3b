import type { InstallationEvent } from "../../core/ports/installation-events.ts";
import type { AccessToken } from "../../core/tokens/lookup.ts";
import type { Tables } from "../support/memory/tables.ts";
import { fail } from "./fail.ts";
import { type IssuedPair, type IssuedTokens, isFromInstall } from "./issued-tokens.ts";
import type { Send } from "./platform-steps.ts";
import { createRowWatch, type RowWatch } from "./row-watch.ts";
import type { Process, Scheduler } from "./scheduler.ts";

/** The facts that a simulation knows beyond its processes, and the checks while it runs. */
export interface Observer {
  readonly sends: readonly Send[];
  /** The events that the bus has taken. */
  readonly received: readonly InstallationEvent[];
  readonly rows: RowWatch;
  /** When the version of a grant was last read by each that then deleted it: the numbers of the steps. */
  readonly deletions: readonly number[];
  /** How many webhooks were received and not handled: what they are about may not be stored. */
  openWebhooks: number;
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
  const handled = new Map<string, { startStep: number; endStep: number }[]>();
  const deletions: number[] = [];
  const rows = createRowWatch({ scheduler, tables, tokens });

  return {
    sends,
    received,
    rows,
    deletions,
    openWebhooks: 0,

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
      // The request of a process that crashed is under way until nobody waits for it any more.
      const other = same.find(({ isDone, limit }) => !isDone && limit > scheduler.now());
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
      if (!isNarrowed && pair.storedStep === undefined) fail("a token before it is stored");
      if (isKnownToHaveEnded(pair, organizationId, process)) {
        fail(`a token that ended (${pair.ended?.cause}): ${accessToken}`);
      }
      const replacedSince = isNarrowed ? undefined : rows.replacedSince(accessToken);
      if (isBefore(replacedSince, process)) fail(`a token that was replaced: ${accessToken}`);
      const endedSince = rows.endedSince(organizationId);
      if (isBefore(endedSince, process)) fail(`a token that ended in the store: ${accessToken}`);
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

/** Returns whether something was stored before a process last read the store. */
function isBefore(step: number | undefined, { lastRead }: Process): boolean {
  return step !== undefined && step < lastRead;
}

/** Returns whether the row of an installation counts the refresh that issued a pair. */
function isCounted(pair: IssuedPair | undefined): boolean {
  return (
    pair !== undefined && pair.storedStep === undefined && pair.parent?.ended?.isKnowable !== false
  );
}
