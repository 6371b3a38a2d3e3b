import { randomBytes } from "node:crypto";
import { ServiceError } from "../errors.ts";
import { MAX_LINK_SECONDS } from "../ports/install-links.ts";
import type { KeyRingStore, StoredKeyRing } from "../ports/keyring-store.ts";
import type { SealedRows } from "../ports/sealed-rows.ts";
import { WAIT_SECONDS } from "../ports/waiting-requests.ts";
import { KEY_BYTES, type KeyRingDocument } from "../sealing/keyring.ts";
import { countSealed, type KeyUse, type Range, type ResealResult, resealRows } from "./reseal.ts";

/**
 * After this time without a change, no sandbox uses an older version of a key ring. During an outage of
 * Secrets Manager, it caches what it read for an hour, and may then encrypt with it for the rest of a request.
 */
const SETTLED_MS = 90 * 60_000;

/**
 * A member's request waits for 30 days, and an install link lives a week in its URL, which cannot be re-encrypted.
 * Expired rows are kept until the hourly sweep deletes them.
 */
const UNSTORED_LIFETIME_MS = Math.max(MAX_LINK_SECONDS, WAIT_SECONDS) * 1000 + 4 * 60 * 60_000;

/** A key ring and the rows that it encrypts. The rows of the state key ring are deleted after a month. */
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

/** The result of a step: the status of the key ring, what was re-encrypted, or the key that was changed. */
export type RotationResult =
  | ({ readonly step: "status" } & KeyRingStatus)
  | ({ readonly step: "reseal"; readonly dryRun: boolean } & ResealResult)
  | {
      readonly step: "add" | "promote" | "remove";
      readonly dryRun: boolean;
      readonly keyId: string;
    };

/** A key ring without its keys, and the number of stored values that each key has encrypted. */
interface KeyRingStatus extends KeyUse {
  readonly primary: string;
  readonly keyIds: readonly string[];
  readonly changedAt: Date;
  readonly promoteAt: Date;
  readonly removeAt: Date;
}

interface Step {
  /** Checks the step without applying it. */
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

/** Returns when a key can be promoted or removed at the earliest, unless the key ring changes again. */
export function dueDates({ rows }: KeyRotationDeps, { changedAt }: StoredKeyRing) {
  const settledAt = changedAt.getTime() + SETTLED_MS;
  const unstoredMs = rows ? 0 : UNSTORED_LIFETIME_MS;
  return { promoteAt: new Date(settledAt), removeAt: new Date(settledAt + unstoredMs) };
}

/**
 * Adds a new key, which decrypts and does not encrypt yet, and returns its id.
 *
 * @throws {ServiceError} `retry_later`, `server_error`
 */
export async function addKey({ ring }: KeyRotationDeps, { dryRun, now }: Step): Promise<string> {
  const read = await ring.read();
  const { primary, keys } = read.document;
  // Ids are never reused, because a backup may contain values that a removed key encrypted.
  const id = `k-${now.toISOString().slice(0, 10)}-${randomBytes(4).toString("hex")}`;
  const key = randomBytes(KEY_BYTES).toString("base64");
  if (!dryRun) await ring.replace(read, { primary, keys: { ...keys, [id]: key } });
  return id;
}

/**
 * Makes a key the primary, which encrypts, once every sandbox has it.
 *
 * @throws {ServiceError} `invalid_request`; `retry_later` if it is too early; `server_error`
 */
export async function promoteKey(
  deps: KeyRotationDeps,
  keyId: string,
  { dryRun, now }: Step,
): Promise<void> {
  const read = await deps.ring.read();
  const { primary, keys } = requireKey(read, keyId);
  if (keyId === primary) throw refusal(`The key ${keyId} is already the primary.`);
  requireTime(dueDates(deps, read).promoteAt, now, "made the primary");
  if (!dryRun) await deps.ring.replace(read, { primary: keyId, keys });
}

/**
 * Re-encrypts stored values that are not under the primary key.
 *
 * @throws {ServiceError} `retry_later`, `server_error`
 */
export async function resealStored(
  { ring, rows }: KeyRotationDeps,
  options: Range & { limit: number; dryRun: boolean },
): Promise<ResealResult> {
  if (!rows)
    throw refusal("This key ring encrypts no stored values. What it has encrypted expires.");
  const { document } = await ring.read();
  return resealRows(rows, document, options);
}

/**
 * Counts the stored values that each key has encrypted, in as many rows as there is time for.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function countStored({ rows }: KeyRotationDeps, range: Range): Promise<KeyUse> {
  return rows ? countSealed(rows, range) : { counts: new Map(), lastId: null };
}

/**
 * Removes a key that has encrypted no stored value and that no sandbox can use.
 *
 * @throws {ServiceError} `invalid_request` if it is in use; `retry_later` if it is too early, or if there is
 * not enough time to check every row; `server_error`
 */
export async function removeKey(
  deps: KeyRotationDeps,
  keyId: string,
  { dryRun, now, remainingMs }: Step & { remainingMs: () => number },
): Promise<void> {
  const read = await deps.ring.read();
  const { primary, keys } = requireKey(read, keyId);
  if (keyId === primary) throw refusal(`The key ${keyId} is the primary.`);
  requireTime(dueDates(deps, read).removeAt, now, "removed");
  // No sandbox encrypts with this key any more, so one pass over the rows is enough.
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
  if (count > 0) throw refusal(`The key ${keyId} is still used by ${count} stored values.`);
  if (lastId === null) return;
  throw new ServiceError(
    "retry_later",
    "There was not enough time to check every installation. Try again.",
    {
      reason: "count not finished",
    },
  );
}

function requireKey({ document }: StoredKeyRing, keyId: string): KeyRingDocument {
  if (Object.hasOwn(document.keys, keyId)) return document;
  throw refusal(`The key ring has no key ${keyId}.`);
}

function requireTime(from: Date, now: Date, change: string): void {
  if (now >= from) return;
  throw new ServiceError(
    "retry_later",
    `The key can be ${change} after ${from.toISOString()}: until then, functions may use an older key ring.`,
    { reason: "ring not settled" },
  );
}

function refusal(message: string): ServiceError {
  return new ServiceError("invalid_request", message);
}
