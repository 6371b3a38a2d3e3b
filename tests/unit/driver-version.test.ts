import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

/** Older ones resolve when the server refuses a commit: see tests/contract/driver.test.ts. */
const FIRST_SAFE = [3, 4, 8];

test("postgres.js is pinned to one version that rejects refused commits, and that one is installed", async () => {
  const pinned = packageJson.dependencies.postgres;
  const installed = await readFile("node_modules/postgres/package.json", "utf8");

  expect(pinned).toMatch(/^\d+\.\d+\.\d+$/);
  expect(JSON.parse(installed)).toMatchObject({ version: pinned });
  expect(compare(pinned.split(".").map(Number), FIRST_SAFE)).toBeGreaterThanOrEqual(0);
});

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of right.entries()) {
    const difference = (left[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}
