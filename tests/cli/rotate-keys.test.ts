import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { readKeyRing } from "../cases/known-secrets.ts";
import { SETTLED_SECONDS } from "../support/key-rotation.ts";
import { startTestStack } from "../support/stack.ts";

const COMMAND = new URL("../../cli/rotate-keys.ts", import.meta.url).pathname;

const stack = await startTestStack();
/** The command knows the API's port, and the AWS endpoint by the next one. */
const PORT = String(Number(new URL(stack.aws.url).port) - 1);
const shown: string[] = [];

/** Runs `npm run rotate-keys -- …`. */
function run(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, PORT } };
    execFile(process.execPath, [COMMAND, ...args], options, (error, out, err) => {
      shown.push(out + err);
      resolve({ code: Number(error?.code ?? 0), text: out + err });
    });
  });
}

const keyIds = async () => Object.keys((await readKeyRing(stack, "token-keyring")).keys);

test("npm run rotate-keys leads through a whole rotation, and changes nothing without --yes", async () => {
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
  expect(added.text).toContain(`add: done, with the key ${next}`);
  expect(early).toMatchObject({ code: 1, text: expect.stringContaining("(retry_later)") });
  expect(promoted.text).toContain(`${next}  0 stored values  seals`);
  expect(counted.text).toContain("2 installations to be sealed anew. Nothing was changed");
  expect(inUse.text).toMatch(
    new RegExp(`${old}  [46] stored values  opens; .*reseal before it goes`),
  );
  expect(resealed.text).toContain("2 installations sealed anew.");
  expect(resealed.text).toContain(`${old}  0 stored values  opens`);
  expect(removed.code).toBe(0);
  expect(await keyIds()).toEqual([next]);
});

test("npm run rotate-keys names installations that do not open, and keys that are missing", async () => {
  const id = await importInstallation(stack, { organization_id: "3" });
  const { sql } = stack.database;
  await sql`update installations set webhook_secret = 'v1.k-lost.AAAA' where id = ${id}`;

  const { text } = await run("reseal", "--yes");

  expect(text).toContain(`${id} does not open, and was left as it is.`);
  expect(text).toContain("k-lost  1 stored values  NOT IN THE RING");
});

test.each([
  ["an unknown step", ["rotate"]],
  ["no key", ["promote"]],
  ["a key too many", ["add", "k1"]],
  ["an unknown option", ["add", "--force"]],
])("npm run rotate-keys with %s says how it is used", async (_, args) => {
  expect(await run(...args)).toMatchObject({ code: 2, text: expect.stringContaining("Usage:") });
});

test("npm run rotate-keys never shows a key", async () => {
  const keys = Object.values((await readKeyRing(stack, "token-keyring")).keys);

  await run("--ring", "state");

  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => shown.join().includes(key))).toEqual([]);
});
