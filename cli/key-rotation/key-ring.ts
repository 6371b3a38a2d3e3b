import { KeyRingStatus } from "../../functions/invoke/responses.ts";
import { formatTable } from "../output.ts";
import { callFunction, type Invoke } from "../target/target.ts";
import type { Ring } from "./steps.ts";

/** A key ring without its keys, with the number of stored values that each of them decrypts. */
export type KeyRingSummary = Pick<
  KeyRingStatus,
  "ring" | "primary" | "keys" | "changed_at" | "promote_at" | "remove_at" | "sealed"
>;

/** Reads a key ring, and counts the stored values page by page. */
export async function readKeyRing(invoke: Invoke, ring: Ring): Promise<KeyRingSummary> {
  const sealed: Record<string, number> = {};
  let after: string | null = null;
  for (;;) {
    const page: KeyRingStatus = await callFunction(
      invoke,
      "rotate-keys",
      { step: "status", ring, ...(after !== null && { after }) },
      KeyRingStatus,
      { isRepeatable: true },
    );
    for (const [id, count] of Object.entries(page.sealed)) sealed[id] = (sealed[id] ?? 0) + count;
    after = page.last_id;
    if (after === null) {
      const { primary, keys, changed_at, promote_at, remove_at } = page;
      return { ring, primary, keys, changed_at, promote_at, remove_at, sealed };
    }
  }
}

/** Returns the lines that describe a key ring. */
export function describeKeyRing(status: KeyRingSummary): string[] {
  const { ring, keys, sealed, changed_at } = status;
  const ids = [...new Set([...keys, ...Object.keys(sealed)])];
  const rows = ids.map((id) => {
    const count = sealed[id] ?? 0;
    // Values under the state ring are not stored.
    return [id, ring === "token" ? String(count) : "-", describeKey(id, count, status)];
  });
  return [
    `The ${ring} ring was last changed at ${changed_at}.`,
    ...formatTable(["KEY", "STORED VALUES", "STATE"], rows),
  ];
}

function describeKey(id: string, count: number, status: KeyRingSummary): string {
  if (!status.keys.includes(id)) return "not in the ring: these values cannot be decrypted";
  if (id === status.primary) return "primary: encrypts and decrypts";
  const removal = count > 0 ? "reseal before removal" : `removable from ${status.remove_at}`;
  return `decrypts; promotable from ${status.promote_at}; ${removal}`;
}
