import * as v from "valibot";
import { endLink, type InstallLink, listLinks } from "../install-links.ts";
import { type Installation, listInstallations } from "../installations.ts";
import { parseResponse, type Target } from "../target/target.ts";
import { type ErasedInstallation, type Receipt, type Subject, saveReceipt } from "./receipt.ts";
import { findRemains } from "./remains.ts";

const Deleted = v.object({
  revocation: v.picklist(["done", "failed", "not_supported", "skipped"]),
});

/** A new install during the command is erased as well, once. */
const MAX_ROUNDS = 3;

/** Returns all installations of a subject. */
export async function findSubject(target: Target, subject: Subject): Promise<Installation[]> {
  const given = Object.entries(subject).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const { items } = await listInstallations(target, { filter: Object.fromEntries(given) });
  return [...items];
}

/** Erases a subject, keeps the receipt in a file meanwhile, and returns it with what remains. */
export async function eraseWithReceipt(
  target: Target,
  receipt: Receipt,
  { path, stage }: { readonly path: string; readonly stage: string | undefined },
): Promise<Receipt> {
  const save = (changed: Receipt) => saveReceipt(path, changed);
  const isComplete = await erase(target, receipt, save);
  const now = new Date();
  const finished = {
    ...receipt,
    finished_at: isComplete ? now.toISOString() : null,
    remains: findRemains(receipt.installations, stage, now),
  };
  await save(finished);
  return finished;
}

/** Runs an erasure, and saves its receipt before and after each step. Returns whether all is erased. */
async function erase(
  target: Target,
  receipt: Receipt,
  save: (receipt: Receipt) => Promise<void>,
): Promise<boolean> {
  const { subject } = receipt;
  let left = await findSubject(target, subject);
  await endLinks(target, receipt, left, save);
  for (let round = 0; round < MAX_ROUNDS && (round === 0 || left.length > 0); round += 1) {
    for (const installation of left) await eraseOne(target, receipt, installation, save);
    left = await findSubject(target, subject);
  }
  // The response to an earlier deletion was lost.
  const remaining = new Set(left.map(({ id }) => id));
  for (const entry of receipt.installations) {
    if (entry.status === "erased" || remaining.has(entry.id)) continue;
    put(receipt, { ...entry, status: "erased", revocation: "not_known" });
  }
  return left.length === 0;
}

async function eraseOne(
  target: Target,
  receipt: Receipt,
  { id, platform, organization_id }: Installation,
  save: (receipt: Receipt) => Promise<void>,
): Promise<void> {
  const at = new Date().toISOString();
  const entry = { id, platform, organization_id, revocation: null, at };
  put(receipt, { ...entry, status: "started" });
  await save(receipt);
  try {
    const path = `/installations/${id}`;
    const response = await target.send("DELETE", path);
    const { revocation } = parseResponse(Deleted, response, "DELETE /installations");
    put(receipt, { ...entry, status: "erased", revocation, at: new Date().toISOString() });
  } catch {
    // What became of it is found by the list that follows.
    put(receipt, { ...entry, status: "failed", at: new Date().toISOString() });
  }
  await save(receipt);
}

/** Ends the open install links of a customer, with which the bot could be installed again. */
async function endLinks(
  target: Target,
  receipt: Receipt,
  installations: readonly Installation[],
  save: (receipt: Receipt) => Promise<void>,
): Promise<void> {
  const { customer } = receipt.subject;
  if (customer === undefined) return;
  for (const { id, status } of await findCustomerLinks(target, installations, customer)) {
    if (status !== "open") continue;
    await endLink(target, id);
    receipt.ended_links.push(id);
    await save(receipt);
  }
}

/** Returns the install links of a customer that are still listed. */
export async function findCustomerLinks(
  target: Target,
  installations: readonly Installation[],
  customer: string,
): Promise<InstallLink[]> {
  const keys = customerKeys(installations, customer);
  const { items } = await listLinks(target, undefined);
  return items.filter(({ metadata }) => keys.some((key) => metadata[key] === customer));
}

/** Returns the metadata keys that have the customer. */
function customerKeys(installations: readonly Installation[], customer: string): string[] {
  const keys = installations.flatMap(({ metadata }) =>
    Object.entries(metadata).flatMap(([key, value]) => (String(value) === customer ? [key] : [])),
  );
  return keys.length > 0 ? [...new Set(keys)] : ["customer"];
}

function put(receipt: Receipt, entry: ErasedInstallation): void {
  const index = receipt.installations.findIndex(({ id }) => id === entry.id);
  if (index === -1) receipt.installations.push(entry);
  else receipt.installations[index] = entry;
}
