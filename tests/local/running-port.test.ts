import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isForbiddenPort } from "../../emulators/forbidden-ports.ts";
import { findDataFolder, openDataFolder } from "../../local/data-folder.ts";
import { findRunningPort, parsePort, recordRunningPort } from "../../local/running-port.ts";

const LAST_FORBIDDEN_PORT = 10_080;

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

test.each(["3000", "1024", "65533"])("the port %s is accepted", (text) => {
  expect(parsePort(text)).toBe(Number(text));
});

test.each(["", "0", "65534", "-1", "1.5", "abc"])("the port %j is refused", (text) => {
  expect(() => parsePort(text)).toThrow("The port must be a number from 1 to 65533.");
});

test.each([
  ["6000", "Browsers do not connect to port 6000. Use another port."],
  ["10080", "Browsers do not connect to port 10080. Use another port."],
  ["4044", "Browsers do not connect to port 4045, which local mode on port 4044 would use."],
  ["5058", "Browsers do not connect to port 5060, which local mode on port 5058 would use."],
])("D12 the port %s is refused with a sentence", (text, sentence) => {
  expect(() => parsePort(text)).toThrow(sentence);
});

test("D12 the ports that are refused are those that fetch refuses", async () => {
  const allowed = new Error("The port is allowed.");
  const withoutNetwork: object = {
    dispatcher: {
      dispatch() {
        throw allowed;
      },
    },
  };
  const ports = Array.from({ length: LAST_FORBIDDEN_PORT + 1_000 }, (_, index) => index + 1);

  const forbidden = [];
  for (const port of ports) {
    const failure = await fetch(`http://127.0.0.1:${port}`, withoutNetwork).catch((error) => error);
    if (failure.cause !== allowed) forbidden.push(port);
  }

  expect(forbidden.at(-1)).toBe(LAST_FORBIDDEN_PORT);
  expect(ports.filter(isForbiddenPort)).toEqual(forbidden);
});
