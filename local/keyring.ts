import { randomBytes } from "node:crypto";
import type { KeyRingDocument } from "../core/sealing/keyring.ts";

/** A new key ring with one key, named for the day it was made. */
export function generateKeyRing(now: Date = new Date()): KeyRingDocument {
  const id = `k-${now.toISOString().slice(0, 10)}`;
  return { primary: id, keys: { [id]: randomBytes(32).toString("base64") } };
}
