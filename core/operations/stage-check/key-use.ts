import { isServiceError } from "../../errors.ts";
import type { KeyCounts, SealedRows } from "../../ports/sealed-rows.ts";
import type { StageFacts } from "../../ports/stage-facts.ts";
import { createKeyRing, type KeyRingDocument } from "../../sealing/keyring.ts";
import { SEALED_COLUMNS } from "../../sealing/sealed-column-names.ts";
import { openColumn } from "../../sealing/sealed-columns.ts";
import { createSealer } from "../../sealing/sealer.ts";
import { broken, doubtful, inOrder, type StageCheck } from "../../stage-check.ts";
import { countSealed } from "../reseal.ts";

/** Checks that the token key ring has every key that stored tokens need. */
export async function checkTokenKeys(
  rows: SealedRows,
  ring: KeyRingDocument,
  remainingMs: () => number,
): Promise<StageCheck> {
  const name = "token-keys";
  const { counts, lastId } = await countSealed(rows, { after: null, remainingMs });
  const missing = checkKeys(name, "token", ring, counts);
  if (missing) return missing;
  if (!(await opensFirstRow(rows, ring))) {
    return broken(
      name,
      "A stored value cannot be decrypted: the ring has another key with the id of the one that encrypted it, or the row was changed.",
      "Put the ring back that encrypted the tokens, from your copy or from the version AWSPREVIOUS of the secret token-keyring.",
    );
  }
  if (lastId === null) return inOrder(name, "Every stored value has its key in the ring.");
  return doubtful(
    name,
    "There was not enough time to read the keys of all installations; none is missing so far.",
    "Count them: npx grantkeep rotate-keys status.",
  );
}

/** Checks that the state key ring has every key that open links, requests and unsent deliveries need. */
export async function checkStateKeys(
  facts: StageFacts,
  ring: KeyRingDocument,
): Promise<StageCheck> {
  const name = "state-keys";
  const missing = checkKeys(name, "state", ring, await facts.countStateKeys());
  return missing ?? inOrder(name, "Open links, requests and unsent deliveries have their keys.");
}

/** Returns whether the values of the first row can be decrypted. */
async function opensFirstRow(rows: SealedRows, ring: KeyRingDocument): Promise<boolean> {
  const keys = createKeyRing(ring);
  const sealer = createSealer(async () => keys);
  // No key has this id, so that a row is returned whatever encrypted it.
  const page = await rows.findOthers("", { after: null, limit: 1 });
  try {
    for (const row of page.rows) {
      for (const column of SEALED_COLUMNS) {
        const sealed = row.texts[column];
        if (sealed !== undefined) await openColumn(sealer, column, row, sealed);
      }
    }
    return true;
  } catch (error) {
    if (isServiceError(error, "decryption_failed")) return false;
    throw error;
  }
}

function checkKeys(
  name: string,
  ringName: "token" | "state",
  { keys }: KeyRingDocument,
  counts: KeyCounts,
): StageCheck | undefined {
  const missing = [...counts].filter(([key]) => !Object.hasOwn(keys, key));
  if (missing.length === 0) return undefined;
  const list = missing.map(([key, count]) => `${key} (${count} values)`).join(", ");
  return broken(
    name,
    `Stored values need keys that the ${ringName} key ring lacks: ${list}.`,
    `Put these keys back into the secret ${ringName}-keyring, from your copy or from its version AWSPREVIOUS.`,
  );
}
