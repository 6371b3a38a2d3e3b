import { randomBytes } from "node:crypto";
import { createKeyRing, type KeyRing } from "../../core/sealing/keyring.ts";
import { createSealer, type Sealer } from "../../core/sealing/sealer.ts";

/** Returns a ring with a new key for each id. The first is the primary. */
export function newKeyRing(primary = "k1", ...others: readonly string[]): KeyRing {
  const keys = [primary, ...others].map((id) => [id, randomBytes(32).toString("base64")]);
  return createKeyRing({ primary, keys: Object.fromEntries(keys) });
}

/** Returns a sealer with one ring. */
export function sealerOf(ring: KeyRing = newKeyRing()): Sealer {
  return createSealer(async () => ring);
}
