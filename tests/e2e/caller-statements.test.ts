import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countStatements, STATEMENT_COUNTER } from "../../bench/support/statement-count.ts";
import { installOn } from "../cases/installed.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createTestDatabase } from "../support/database.ts";
import { startOwnPostgres } from "../support/own-postgres.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const LOOKUPS = 1_000;
const IN_FLIGHT = 20;

const server = await startOwnPostgres({ settings: STATEMENT_COUNTER });
afterAll(() => server.stop());
const database = await createTestDatabase(server.url);
const stack = await startTestStack(GITHUB_APP, {
  database,
  configuration: {
    ...TEST_CONFIGURATION,
    callers: {
      platform: { platforms: ["github"] },
      narrowed: { platforms: ["github"], permissions: { contents: "read" } },
      customer: { platforms: ["github"], metadata: { customer: "acme" } },
    },
  },
});
const admin = postgres(server.url, { max: 1, onnotice: () => {} });
afterAll(() => admin.end());

const name = new URL(database.url).pathname.slice(1);
let id = "";

beforeAll(async () => {
  id = await installOn(stack, "github", "counted");
  await callApi(stack, "PATCH", `/installations/${id}`, { metadata: { customer: "acme" } });
});

/** Looks the token up as often as `LOOKUPS`, and returns whether all lookups succeeded. */
async function lookUpAll(functionName: string): Promise<boolean> {
  const request = { installation_id: id };
  let succeeded = 0;
  for (let done = 0; done < LOOKUPS; done += IN_FLIGHT) {
    const together = Array.from({ length: IN_FLIGHT }, () => invoke(stack, functionName, request));
    for (const { ok } of await Promise.all(together)) if (ok) succeeded += 1;
  }
  return succeeded === LOOKUPS;
}

test.for<[string, string, number]>([
  ["without a limit", "token-lookup", LOOKUPS],
  ["limited to a platform", "token-lookup:platform", LOOKUPS],
  ["narrowed to permissions", "token-lookup:narrowed", LOOKUPS],
  ["limited by metadata", "token-lookup:customer", 2 * LOOKUPS],
])(
  "a lookup of a caller %s needs as many statements as documented",
  async ([caller, functionName, most], { annotate }) => {
    await invoke(stack, functionName, { installation_id: id });
    // The first lookup can have work to do after its response.
    await sleep(100);
    let isDone = false;

    const statements = await countStatements(admin, name, async () => {
      isDone = await lookUpAll(functionName);
    });

    await annotate(`${statements} statements per ${LOOKUPS} lookups ${caller}`);
    expect(isDone).toBe(true);
    expect(statements).toBe(most);
  },
);
