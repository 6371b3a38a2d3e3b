import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as v from "valibot";
import {
  InvokeFailure,
  KeyChange,
  KeyRingStatus,
  Resealed,
} from "../functions/invoke/responses.ts";
import { invokeLocally, invokeStage } from "./invoke.ts";

const USAGE = `Usage: npm run rotate-keys -- [step] [--ring token|state] [--stage <stage>] [--yes]

  status         the keys, and how many stored values each of them opens
  add            adds a new key, which does not seal yet
  promote <key>  makes a key the one that seals, 90 minutes after it was added
  reseal         seals what is stored anew, with the key that seals now
  remove <key>   removes a key that nothing is sealed with any more

Without --yes, a step is checked and nothing is changed. Without --stage, it is about npm run dev.
`;

const RETRIES = 10;
const RETRY_AFTER_MS = 3_000;

const { step, keyId, ring, yes, invoke } = readCommand();

try {
  if (step === "add" || step === "promote" || step === "remove") await takeStep();
  if (step === "reseal") await reseal();
  await printStatus();
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Checks a step, and then takes it. */
async function takeStep(): Promise<void> {
  const request = { step, ...(keyId !== undefined && { key_id: keyId }) };
  await ask(request, KeyChange);
  if (!yes) return print(`${step}: nothing is against it. Nothing was changed: add --yes.\n`);
  const { key_id } = await ask({ ...request, dry_run: false }, KeyChange);
  print(`${step}: done, with the key ${key_id}.\n`);
}

/** Goes through all rows, and again while some of them were written meanwhile. Interrupt it at will. */
async function reseal(): Promise<void> {
  let total = 0;
  let changed = 0;
  do {
    changed = 0;
    let after: string | null = null;
    const unreadable: string[] = [];
    do {
      const request = { step, dry_run: !yes, ...(after !== null && { after }) };
      const part: Resealed = await ask(request, Resealed);
      total += part.resealed;
      changed += part.changed;
      unreadable.push(...part.unreadable);
      after = part.last_id;
      if (after !== null) print(`${total} installations ${yes ? "" : "to be "}sealed anew …`);
    } while (after !== null);
    if (changed > 0) print(`${changed} were written meanwhile: once more.`);
    else for (const id of unreadable) print(`${id} does not open, and was left as it is.`);
  } while (changed > 0);
  const hint = yes ? "" : " Nothing was changed: add --yes.";
  print(`${total} installations ${yes ? "" : "to be "}sealed anew.${hint}\n`);
}

async function printStatus(): Promise<void> {
  const sealed = new Map<string, number>();
  let after: string | null = null;
  let status: KeyRingStatus;
  do {
    status = await ask({ step: "status", ...(after !== null && { after }) }, KeyRingStatus);
    for (const [id, count] of Object.entries(status.sealed)) {
      sealed.set(id, (sealed.get(id) ?? 0) + count);
    }
    after = status.last_id;
  } while (after !== null);

  print(`The ${ring} ring was changed last at ${status.changed_at}.`);
  for (const id of new Set([...status.keys, ...sealed.keys()])) {
    const count = ring === "token" ? `${sealed.get(id) ?? 0} stored values  ` : "";
    print(`  ${id}  ${count}${describe(id, sealed.get(id) ?? 0, status)}`);
  }
}

function describe(id: string, count: number, status: KeyRingStatus): string {
  if (!status.keys.includes(id)) return "NOT IN THE RING: they do not open";
  if (id === status.primary) return "seals";
  const removal =
    count > 0 ? "reseal before it goes" : `may be removed from ${status.remove_at} on`;
  return `opens; may be promoted from ${status.promote_at} on; ${removal}`;
}

/** Invokes the function; what it cannot do right now, it is asked again. */
async function ask<const Schema extends v.GenericSchema>(
  request: Readonly<Record<string, unknown>> & { readonly step: string },
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const isRepeatable = request.step === "reseal" || request.step === "status";
  for (let retries = 0; ; retries += 1) {
    const { ok, payload } = await invoke("rotate-keys", { ring, ...request });
    if (ok) return v.parse(schema, payload);
    const { errorType, errorMessage } = v.parse(InvokeFailure, payload);
    const isWorthIt = isRepeatable && errorType === "retry_later" && retries < RETRIES;
    if (!isWorthIt) throw new Error(`${request.step}: ${errorMessage} (${errorType})`);
    await sleep(RETRY_AFTER_MS);
  }
}

function readCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ring: { type: "string", default: "token" },
        stage: { type: "string" },
        yes: { type: "boolean", default: false },
      },
    });
    const [step = "status", keyId, ...rest] = positionals;
    const takesKey = step === "promote" || step === "remove";
    const isKnown = takesKey || ["status", "add", "reseal"].includes(step);
    if (!isKnown || takesKey !== (keyId !== undefined) || rest.length > 0) throw new Error(step);
    const invoke = values.stage === undefined ? invokeLocally : invokeStage(values.stage);
    return { step, keyId, ring: values.ring, yes: values.yes, invoke };
  } catch {
    process.stderr.write(USAGE);
    process.exit(2);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
