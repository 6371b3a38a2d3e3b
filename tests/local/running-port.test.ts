import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findDataFolder, openDataFolder } from "../../local/data-folder.ts";
import { findRunningPort, recordRunningPort } from "../../local/running-port.ts";

async function createCheckout(): Promise<string> {
  const checkout = await mkdtemp(path.join(tmpdir(), "checkout-"));
  onTestFinished(async () => {
    const folder = await findDataFolder(checkout);
    if (folder) await rm(folder, { recursive: true });
    await rm(checkout, { recursive: true, force: true });
  });
  return checkout;
}

test("no port is found, and no folder is made, where local mode has not run", async () => {
  const checkout = await createCheckout();

  expect(await findRunningPort(checkout)).toBeUndefined();
  expect(await findDataFolder(checkout)).toBeUndefined();
  expect(await readdir(checkout)).toEqual([]);
});

test("the port is found while local mode runs", async () => {
  const checkout = await createCheckout();
  const folder = await openDataFolder(checkout);

  const forget = await recordRunningPort(folder, checkout, 7_000);
  const running = await findRunningPort(checkout);
  await forget();

  expect(running).toBe(7_000);
  expect(await findRunningPort(checkout)).toBeUndefined();
});

test("the port of a local mode that started later stays", async () => {
  const checkout = await createCheckout();
  const folder = await openDataFolder(checkout);

  const forget = await recordRunningPort(folder, checkout, 7_000);
  await recordRunningPort(folder, checkout, 8_000);
  await forget();

  expect(await findRunningPort(checkout)).toBe(8_000);
});

test("a file that holds no port is ignored", async () => {
  const checkout = await createCheckout();
  const folder = await openDataFolder(checkout);
  await recordRunningPort(folder, checkout, 7_000);

  for (const text of ["", "{", '{"port":"80"}', '{"port":70000}']) {
    await writeFile(path.join((await findDataFolder(checkout)) ?? "", "running.json"), text);
    expect(await findRunningPort(checkout)).toBeUndefined();
  }
});
