import { randomBytes } from "node:crypto";
import type { KeyRingDocument } from "../core/sealing/keyring.ts";

/** Generates a key ring with one key, whose id is the current date. */
export function generateKeyRing(now: Date = new Date()): KeyRingDocument {
  const id = `k-${now.toISOString().slice(0, 10)}`;
  return { primary: id, keys: { [id]: randomBytes(32).toString("base64") } };
}
