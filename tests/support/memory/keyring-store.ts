import { randomUUID } from "node:crypto";
import { ServiceError } from "../../../core/errors.ts";
import type { KeyRingStore, StoredKeyRing } from "../../../core/ports/keyring-store.ts";
import type { KeyRingDocument } from "../../../core/sealing/keyring.ts";

/** Keeps a ring in memory, as old as `changedAt` says. */
export function createMemoryKeyRingStore(
  document: KeyRingDocument,
  changedAt: Date = new Date(),
): KeyRingStore {
  let stored: StoredKeyRing = { document, version: randomUUID(), changedAt };

  return {
    read: async () => stored,

    async replace({ version }, next) {
      if (version !== stored.version) {
        throw new ServiceError("retry_later", "Somebody else has changed the key ring.");
      }
      stored = { document: next, version: randomUUID(), changedAt: new Date() };
      return stored;
    },
  };
}
