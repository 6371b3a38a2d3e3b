import { randomUUID } from "node:crypto";
import { ServiceError } from "../../../core/errors.ts";
import type { KeyRingStore, StoredKeyRing } from "../../../core/ports/keyring-store.ts";
import type { KeyRingDocument } from "../../../core/sealing/keyring.ts";

/** Stores a key ring in memory, last changed at `changedAt`. */
export function createMemoryKeyRingStore(
  document: KeyRingDocument,
  changedAt: Date = new Date(),
): KeyRingStore {
  let stored: StoredKeyRing = { document, version: randomUUID(), changedAt };

  return {
    read: async () => stored,

    async replace({ version }, next) {
      if (version !== stored.version) {
        throw new ServiceError("retry_later", "The key ring was changed by another caller.");
      }
      stored = { document: next, version: randomUUID(), changedAt: new Date() };
      return stored;
    },
  };
}
