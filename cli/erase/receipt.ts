import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import * as v from "valibot";

/** Whose data is erased. */
const Subject = v.strictObject({
  customer: v.optional(v.string()),
  organization_id: v.optional(v.string()),
  platform: v.optional(v.string()),
});
export type Subject = v.InferOutput<typeof Subject>;

/** An installation, with what became of it. It has no name and no address of a person. */
const ErasedInstallation = v.strictObject({
  id: v.string(),
  platform: v.string(),
  organization_id: v.string(),
  /** `started` until the response arrived, so that an interrupted command is continued. */
  status: v.picklist(["started", "erased", "failed"]),
  revocation: v.nullable(v.picklist(["done", "failed", "not_supported", "skipped", "not_known"])),
  at: v.string(),
});
export type ErasedInstallation = v.InferOutput<typeof ErasedInstallation>;

/** Data that is not deleted yet, and until when it remains. */
const Remainder = v.strictObject({
  where: v.string(),
  what: v.string(),
  until: v.nullable(v.string()),
});
export type Remainder = v.InferOutput<typeof Remainder>;

const Receipt = v.strictObject({
  subject: Subject,
  stack: v.string(),
  started_at: v.string(),
  /** `null` until all is erased. */
  finished_at: v.nullable(v.string()),
  installations: v.array(ErasedInstallation),
  ended_links: v.array(v.string()),
  remains: v.array(Remainder),
});
export type Receipt = v.InferOutput<typeof Receipt>;

const Text = v.pipe(v.string(), v.parseJson(), Receipt);

/** Returns the file of a receipt. The name of a customer can be personal data: the name has its hash. */
export function receiptPathOf(subject: Subject): string {
  const hash = createHash("sha256").update(JSON.stringify(subject)).digest("hex");
  return `erasure-${hash.slice(0, 12)}.json`;
}

/**
 * Returns the receipt of a command that was interrupted, to continue it; a new one if there is none.
 *
 * @throws {Error} if the file is another one, or of another subject
 */
export async function openReceipt(
  path: string,
  subject: Subject,
  stage: string | undefined,
): Promise<Receipt> {
  const start = { subject, stack: stage === undefined ? "local mode" : `the stage ${stage}` };
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    const started_at = new Date().toISOString();
    const nothing = { finished_at: null, installations: [], ended_links: [], remains: [] };
    return { ...start, started_at, ...nothing };
  }
  const parsed = v.safeParse(Text, text);
  if (!parsed.success) throw new Error(`${path} exists, and is no receipt of erase.`);
  const { subject: of, stack } = parsed.output;
  if (JSON.stringify([of, stack]) !== JSON.stringify([start.subject, start.stack])) {
    throw new Error(`${path} is the receipt of somebody else. Use --receipt with another file.`);
  }
  return parsed.output;
}

/** Writes a receipt, and the same for people beside it. The file is whole at any time. */
export async function saveReceipt(path: string, receipt: Receipt): Promise<void> {
  await replaceFile(path, `${JSON.stringify(receipt, null, 2)}\n`);
  await replaceFile(`${path}.txt`, `${describeReceipt(receipt).join("\n")}\n`);
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Returns the lines of a receipt for people. */
export function describeReceipt(receipt: Receipt): string[] {
  const { subject, stack, started_at, finished_at, installations, ended_links, remains } = receipt;
  const who = Object.entries(subject).map(([name, value]) => `${name} ${value}`);
  return [
    `Erasure of ${who.join(", ")} from ${stack}`,
    `Started ${started_at}, ${finished_at ? `finished ${finished_at}` : "NOT FINISHED: run the command again"}`,
    "",
    `Erased: ${installations.filter(({ status }) => status === "erased").length} installations`,
    ...installations.map(
      ({ id, platform, organization_id, status, revocation, at }) =>
        `  ${id}  ${platform} ${organization_id}: ${status} ${at}, revocation at the platform: ${revocation ?? "–"}`,
    ),
    `Ended: ${ended_links.length} install links`,
    "",
    "What remains, and until when:",
    ...remains.map(({ where, what, until }) => `  ${where}: ${what} (${until ?? "no end"})`),
  ];
}
