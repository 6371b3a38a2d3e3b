import { expect, test } from "vitest";
import { toLookupProcess } from "../support/lookup-process.ts";
import type { LookupResult } from "../support/lookup-result.ts";
import { newName, plant } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { GITHUB_APP } from "../support/stack.ts";
import { repeat } from "./figures.ts";

const INSTALLATIONS = 100;
const LOOKUPS = 2_000;
/** More than a process remembers. */
const NARROWINGS = 600;
const ROUNDS = 10;
const SETTLED_ROUNDS = 3;
const REPOSITORIES = Array.from({ length: 10 }, (_, index) => `repository-${index}`);

const stack = await startSandboxedStack({
  variables: GITHUB_APP,
  execArgv: ["--max-old-space-size=64", "--expose-gc"],
});
const { control } = stack.platforms;
control.github.holdDeliveries();

test("F-50 with 64 MB of heap: rounds of 2,000 lookups and 600 narrowed tokens, no crash, and memory stays within 10 %", async () => {
  const [sandbox] = stack.sandboxes;
  if (!sandbox) throw new Error("There is no sandbox.");
  const process = toLookupProcess(sandbox);
  const login = newName();
  await control.github.createOrganization({
    login,
    repositories: REPOSITORIES,
    people: [{ login: "octocat", role: "admin" }],
  });
  const narrowed = await plant(stack, "github", login);
  const ids = await repeat(INSTALLATIONS, () => plant(stack, "jira"));

  /** The first `count` lookups of a round through all installations, fifty at a time. */
  async function lookUp(count: number): Promise<LookupResult[]> {
    const batches = await repeat(count / 50, (batch) =>
      process.lookUpAt(
        Array.from({ length: 50 }, (_, index) => ({
          event: { installation_id: ids[(batch * 50 + index) % ids.length] },
          afterMs: 0,
        })),
      ),
    );
    return batches.flat();
  }

  async function narrow(first: number): Promise<LookupResult[]> {
    const batches = await repeat(NARROWINGS / 50, (batch) =>
      process.lookUpAt(
        Array.from({ length: 50 }, (_, index) => ({
          event: { installation_id: narrowed, repositories: subset(first + batch * 50 + index) },
          afterMs: 0,
        })),
      ),
    );
    return batches.flat();
  }

  const sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const results = [...(await lookUp(LOOKUPS)), ...(await narrow(1 + 100 * (round % 5)))];
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results).toHaveLength(LOOKUPS + NARROWINGS);
    sizes.push((await sandbox.memory()).bytes);
  }

  // The first rounds fill what a process keeps: after them, nothing may be added.
  const settled = sizes.slice(-SETTLED_ROUNDS);
  expect(Math.max(...settled) / Math.min(...settled)).toBeLessThan(1.1);
});

/** The repositories that the bits of a number name. */
function subset(bits: number): string[] {
  return REPOSITORIES.filter((_, index) => (bits & (1 << index)) !== 0);
}
