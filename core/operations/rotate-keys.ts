import { randomBytes } from "node:crypto";
import { ServiceError } from "../errors.ts";
import type { KeyRingStore, StoredKeyRing } from "../ports/keyring-store.ts";
import type { SealedRows } from "../ports/sealed-rows.ts";
import { KEY_BYTES, type KeyRingDocument } from "../sealing/keyring.ts";
import { countSealed, type KeyUse, type Range, type ResealResult, resealRows } from "./reseal.ts";

/**
 * When a ring has not changed for so long, nobody uses the one before: a sandbox keeps what it has read for
 * an hour at most, while Secrets Manager does not answer, and then seals with it for as long as it runs.
 */
const SETTLED_MS = 90 * 60_000;

/** The longest life of what is sealed and not stored, an install link's: it can be neither found nor sealed anew. */
const UNSTORED_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** A ring, and what is stored under it: nothing is under the ring of states. */
export interface KeyRotationDeps {
  readonly ring: KeyRingStore;
  readonly rows: SealedRows | undefined;
}

/** One step of a key rotation, as an operator requests it. */
export type RotationStep =
  | { readonly step: "status"; readonly after: string | null }
  | { readonly step: "add"; readonly dryRun: boolean }
  | { readonly step: "promote" | "remove"; readonly keyId: string; readonly dryRun: boolean }
  | {
      readonly step: "reseal";
      readonly after: string | null;
      readonly limit: number;
      readonly dryRun: boolean;
    };

/** The result of a step: the state of the ring, what was re-encrypted, or the key that was changed. */
export type RotationResult =
  | ({ readonly step: "status" } & KeyRingStatus)
  | ({ readonly step: "reseal"; readonly dryRun: boolean } & ResealResult)
  | {
      readonly step: "add" | "promote" | "remove";
      readonly dryRun: boolean;
      readonly keyId: string;
    };

/** A ring without its keys, and how many stored values each key decrypts, in a part of the rows. */
interface KeyRingStatus extends KeyUse {
  readonly primary: string;
  readonly keyIds: readonly string[];
  readonly changedAt: Date;
  readonly promoteAt: Date;
  readonly removeAt: Date;
}

interface Step {
  /** Checks all that the step checks, and changes nothing. */
  readonly dryRun: boolean;
  readonly now: Date;
}

/**
 * Takes one step of a key rotation. With `dryRun`, checks it and changes nothing.
 *
 * @throws {ServiceError} `invalid_request`, `retry_later`, `server_error`
 */
export async function rotateKeys(
  deps: KeyRotationDeps,
  request: RotationStep,
  time: { readonly now: Date; readonly remainingMs: () => number },
): Promise<RotationResult> {
  const { step } = request;
  if (step === "status") return { step, ...(await describeRing(deps, { ...request, ...time })) };

  const { dryRun } = request;
  const options = { dryRun, ...time };
  if (step === "reseal") {
    return { step, dryRun, ...(await resealStored(deps, { ...request, ...time })) };
  }
  if (step === "add") return { step, dryRun, keyId: await addKey(deps, options) };

  const { keyId } = request;
  if (step === "promote") await promoteKey(deps, keyId, options);
  else await removeKey(deps, keyId, options);
  return { step, dryRun, keyId };
}

/** From when on the next steps are allowed, if nothing else changes the ring. */
export function dueDates({ rows }: KeyRotationDeps, { changedAt }: StoredKeyRing) {
  const settledAt = changedAt.getTime() + SETTLED_MS;
  const unstoredMs = rows ? 0 : UNSTORED_LIFETIME_MS;
  return { promoteAt: new Date(settledAt), removeAt: new Date(settledAt + unstoredMs) };
}

/**
 * Adds a new key, which opens and does not seal yet, and answers its id.
 *
 * @throws {ServiceError} `retry_later`, `server_error`
 */
export async function addKey({ ring }: KeyRotationDeps, { dryRun, now }: Step): Promise<string> {
  const read = await ring.read();
  const { primary, keys } = read.document;
  // Never used again, also when it was removed: a backup may hold what the first of that name sealed.
  const id = `k-${now.toISOString().slice(0, 10)}-${randomBytes(4).toString("hex")}`;
  const key = randomBytes(KEY_BYTES).toString("base64");
  if (!dryRun) await ring.replace(read, { primary, keys: { ...keys, [id]: key } });
  return id;
}

/**
 * Makes a key the one that seals, when every sandbox has it.
 *
 * @throws {ServiceError} `invalid_request`; `retry_later` when it is too early; `server_error`
 */
export async function promoteKey(
  deps: KeyRotationDeps,
  keyId: string,
  { dryRun, now }: Step,
): Promise<void> {
  const read = await deps.ring.read();
  const { primary, keys } = requireKey(read, keyId);
  if (keyId === primary) throw refusal(`The key ${keyId} is the primary already.`);
  requireTime(dueDates(deps, read).promoteAt, now, "made the primary");
  if (!dryRun) await deps.ring.replace(read, { primary: keyId, keys });
}

/**
 * Seals anew what is stored under another key than the primary.
 *
 * @throws {ServiceError} `retry_later`, `server_error`
 */
export async function resealStored(
  { ring, rows }: KeyRotationDeps,
  options: Range & { limit: number; dryRun: boolean },
): Promise<ResealResult> {
  if (!rows) throw refusal("What this ring has sealed is not stored: it ends by itself.");
  const { document } = await ring.read();
  return resealRows(rows, document, options);
}

/**
 * How many stored values each key opens, in as many rows as there is time for.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function countStored({ rows }: KeyRotationDeps, range: Range): Promise<KeyUse> {
  return rows ? countSealed(rows, range) : { counts: new Map(), lastId: null };
}

/**
 * Removes a key with which nothing is sealed any more, and nothing can be.
 *
 * @throws {ServiceError} `invalid_request` when it is in use; `retry_later` when it is too early, or the
 * time does not suffice to look at every row; `server_error`
 */
export async function removeKey(
  deps: KeyRotationDeps,
  keyId: string,
  { dryRun, now, remainingMs }: Step & { remainingMs: () => number },
): Promise<void> {
  const read = await deps.ring.read();
  const { primary, keys } = requireKey(read, keyId);
  if (keyId === primary) throw refusal(`The key ${keyId} is the primary: it seals.`);
  requireTime(dueDates(deps, read).removeAt, now, "removed");
  // The ring has settled: nobody seals with this key, so what one pass does not find does not come either.
  if (deps.rows) await requireUnused(deps.rows, keyId, remainingMs);

  const { [keyId]: _removed, ...others } = keys;
  if (!dryRun) await deps.ring.replace(read, { primary, keys: others });
}

async function describeRing(deps: KeyRotationDeps, range: Range): Promise<KeyRingStatus> {
  const ring = await deps.ring.read();
  const { primary, keys } = ring.document;
  const status = { primary, keyIds: Object.keys(keys), changedAt: ring.changedAt };
  return { ...status, ...dueDates(deps, ring), ...(await countStored(deps, range)) };
}

async function requireUnused(
  rows: SealedRows,
  keyId: string,
  remainingMs: () => number,
): Promise<void> {
  const { counts, lastId } = await countSealed(rows, { after: null, remainingMs });
  const count = counts.get(keyId) ?? 0;
  if (count > 0) throw refusal(`The key ${keyId} still opens ${count} stored values.`);
  if (lastId === null) return;
  throw new ServiceError("retry_later", "There was no time to look at every installation.", {
    reason: "count not finished",
  });
}

function requireKey({ document }: StoredKeyRing, keyId: string): KeyRingDocument {
  if (Object.hasOwn(document.keys, keyId)) return document;
  throw refusal(`The ring has no key ${keyId}.`);
}

function requireTime(from: Date, now: Date, what: string): void {
  if (now >= from) return;
  const message = `The key can be ${what} from ${from.toISOString()} on: functions may still use an older ring.`;
  throw new ServiceError("retry_later", message, { reason: "ring not settled" });
}

function refusal(message: string): ServiceError {
  return new ServiceError("invalid_request", message);
}
