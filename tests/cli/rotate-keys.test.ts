import { expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { readKeyRing } from "../cases/known-secrets.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { SETTLED_SECONDS } from "../support/key-rotation.ts";

const { stack, environment } = await startCommandStack();
const shown: string[] = [];

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await runCommand(["rotate-keys", ...args], environment);
  shown.push(stdout + stderr);
  return { code, text: stdout + stderr };
}

const keyIds = async () => Object.keys((await readKeyRing(stack, "token-keyring")).keys);

test("grantkeep rotate-keys leads through a whole rotation, and changes nothing without --yes", async () => {
  for (const organization_id of ["1", "2"]) await importInstallation(stack, { organization_id });
  const [old = ""] = await keyIds();

  const planned = await run("add");
  const untouched = await keyIds();
  const added = await run("add", "--yes");
  const [, next = ""] = await keyIds();
  const early = await run("promote", next, "--yes");
  stack.aws.letTimePass(SETTLED_SECONDS);
  const promoted = await run("promote", next, "--yes");
  const counted = await run("reseal");
  const inUse = await run("status");
  const resealed = await run("reseal", "--yes");
  stack.aws.letTimePass(SETTLED_SECONDS);
  const removed = await run("remove", old, "--yes");

  expect(planned).toMatchObject({ code: 0, text: expect.stringContaining("Nothing was changed") });
  expect(untouched).toEqual([old]);
  expect(added.text).toContain(`add: done, key ${next}.`);
  expect(early).toMatchObject({ code: 1, text: expect.stringContaining("(retry_later)") });
  expect(promoted.text).toMatch(new RegExp(`^${next} +0 +primary: encrypts and decrypts$`, "m"));
  expect(counted.text).toContain("2 installations to re-encrypt. Nothing was changed");
  expect(inUse.text).toMatch(
    new RegExp(`^${old} +[46] +decrypts; .*; reseal before removal$`, "m"),
  );
  expect(resealed.text).toContain("2 installations re-encrypted.");
  expect(resealed.text).toMatch(new RegExp(`^${old} +0 +decrypts; .*; removable from`, "m"));
  expect(removed.code).toBe(0);
  expect(await keyIds()).toEqual([next]);
});

test("grantkeep rotate-keys names installations that cannot be decrypted, and keys that are missing", async () => {
  const id = await importInstallation(stack, { organization_id: "3" });
  const { sql } = stack.database;
  await sql`update installations set webhook_secret = 'v1.k-lost.AAAA' where id = ${id}`;

  const { text } = await run("reseal", "--yes");

  expect(text).toContain(`${id} cannot be decrypted, and was not changed.`);
  expect(text).toMatch(/^k-lost +1 +not in the ring: these values cannot be decrypted$/m);
});

test("grantkeep rotate-keys prints the ring, and what a step did, as JSON", async () => {
  const status = await runCommand(["rotate-keys", "--json"], environment);
  const checked = await runCommand(["rotate-keys", "add", "--json"], environment);

  const ring = { ring: "token", primary: expect.any(String), sealed: expect.any(Object) };
  expect(JSON.parse(status.stdout)).toMatchObject({ step: "status", status: ring });
  expect(JSON.parse(checked.stdout)).toMatchObject({ step: "add", applied: false, status: ring });
});

test("grantkeep rotate-keys never shows a key", async () => {
  const keys = Object.values((await readKeyRing(stack, "token-keyring")).keys);

  await run("--ring", "state");

  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => shown.join().includes(key))).toEqual([]);
});
