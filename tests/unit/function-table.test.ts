import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { functionsTriggeredBy, functionTable } from "../../infra/function-table.ts";

/** The folders whose files are all handlers. */
const FOLDERS = [
  "functions",
  "functions/install-links",
  "functions/installations",
  "functions/webhooks",
];

test("every file in the folders of handlers is in the table, and nothing else is", async () => {
  const listings = await Promise.all(
    FOLDERS.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`);
    }),
  );

  const handlers = listings.flat().map((file) => file.replace(/\.ts$/, ".handler"));
  expect(functionTable.map(({ handler }) => handler).sort()).toEqual(handlers.sort());
});

test("every function is named after the path of its handler", () => {
  for (const { name, handler } of functionTable) {
    expect(name, handler).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(`functions/${name}.handler`).toBe(
      handler.replace(/(?<=install-links|installations|webhooks)\//, "-"),
    );
  }
});

test("routes end before API Gateway does, lookups within 30 seconds, and jobs within 15 minutes", () => {
  for (const { name, trigger, timeoutSeconds } of functionTable) {
    const isLookup = trigger.type === "invoke" && trigger.versioned;
    const limit = isLookup ? 30 : 900;
    expect(timeoutSeconds, name).toBeLessThanOrEqual(trigger.type === "route" ? 29 : limit);
  }
});

test("a function that runs on a schedule ends before its next run", () => {
  const seconds = { "rate(1 hour)": 3_600, "rate(2 minutes)": 120 };
  for (const { name, trigger, timeoutSeconds } of functionsTriggeredBy("schedule")) {
    const entry = Object.entries(seconds).find(([rate]) => rate === trigger.rate);
    expect(timeoutSeconds, name).toBeLessThan(entry?.[1] ?? 0);
  }
});

test("only functions that are deployed with a version are shared with other accounts", () => {
  const shared = functionTable.filter(
    ({ trigger }) => trigger.type === "invoke" && trigger.sharedWithAccounts,
  );

  expect(shared.map(({ name }) => name)).toEqual(["token-lookup"]);
  for (const { trigger } of shared) expect(trigger).toMatchObject({ versioned: true });
});
