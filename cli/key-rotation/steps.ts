import type { RequestOf } from "../../functions/invoke/contract.ts";
import { KeyChange, Resealed } from "../../functions/invoke/responses.ts";
import { notify, showProgress } from "../output.ts";
import { callFunction, type Invoke } from "../target/target.ts";

const CHECKED = "Nothing was changed. Run it again with --yes to apply it.";

/** The outcome of a step, as an object for `--json` and as lines of text. */
export interface Outcome {
  readonly result: object;
  readonly lines: readonly string[];
}

type Request = RequestOf<"rotate-keys">;
type Change = Extract<Request, { step: "add" | "promote" | "remove" }>;
export type Ring = Request["ring"];

/** Adds, promotes or removes a key. Unless `isApplied`, only checks that the change is possible. */
export async function changeKeyRing(
  invoke: Invoke,
  change: Change,
  isApplied: boolean,
): Promise<Outcome> {
  const { step } = change;
  await callFunction(invoke, "rotate-keys", change, KeyChange);
  if (!isApplied) {
    return { result: { applied: false }, lines: [`${step}: the check passed. ${CHECKED}`] };
  }
  const request = { ...change, dry_run: false };
  const { key_id } = await callFunction(invoke, "rotate-keys", request, KeyChange);
  return { result: { applied: true, key_id }, lines: [`${step}: done, key ${key_id}.`] };
}

/**
 * Re-encrypts all stored values under the primary key, page by page. Starts over if rows changed during the pass.
 * It can be interrupted and run again.
 */
export async function resealAll(invoke: Invoke, isApplied: boolean): Promise<Outcome> {
  let total = 0;
  let pass: { resealed: number; changed: number; unreadable: string[] };
  do {
    pass = await resealOnce(invoke, isApplied, total);
    total += pass.resealed;
    if (pass.changed > 0) notify(`${pass.changed} were changed in the meantime. Starting over.`);
  } while (pass.changed > 0);

  const { unreadable } = pass;
  const done = isApplied ? "re-encrypted." : `to re-encrypt. ${CHECKED}`;
  return {
    result: { applied: isApplied, resealed: total, unreadable },
    lines: [
      ...unreadable.map((id) => `${id} cannot be decrypted, and was not changed.`),
      `${total} installations ${done}`,
    ],
  };
}

async function resealOnce(invoke: Invoke, isApplied: boolean, before: number) {
  const pass = { resealed: 0, changed: 0, unreadable: [] as string[] };
  let after: string | null = null;
  do {
    const page: Resealed = await callFunction(
      invoke,
      "rotate-keys",
      { step: "reseal", ring: "token", dry_run: !isApplied, ...(after !== null && { after }) },
      Resealed,
      { isRepeatable: true },
    );
    pass.resealed += page.resealed;
    pass.changed += page.changed;
    pass.unreadable.push(...page.unreadable);
    after = page.last_id;
    if (after !== null) showProgress(`${before + pass.resealed} installations`);
  } while (after !== null);
  return pass;
}
