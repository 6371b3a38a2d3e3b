import { createWriteStream } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { REQUEST_TIMEOUT_SECONDS } from "../../infra/runtime.ts";
import { createTestDatabase } from "../support/database.ts";
import { startOwnPostgres } from "../support/own-postgres.ts";
import { createRandom } from "../support/random.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { percentile } from "./figures.ts";
import { createActors } from "./soak/actors.ts";
import { audit } from "./soak/audit.ts";
import { findInDatabase, findInFile, plantConfiguration, plantStored } from "./soak/leaks.ts";
import { createLedger } from "./soak/ledger.ts";
import { createOrganizations } from "./soak/organizations.ts";
import { createSaboteur } from "./soak/saboteur.ts";
import { createSandboxPool } from "./soak/sandbox-pool.ts";

const SOAK_MS = Number(process.env.SOAK_MINUTES || 1 / 3) * 60_000;
/** The same seed breaks the same things in the same order. */
const SEED = Number(process.env.SOAK_SEED || Date.now() % 1_000_000);
const ROUND_MS = 10_000;
const SANDBOXES = 4;
const ACTORS = 8;
const PER_PLATFORM = 8;
/** Of a token's hour, nearly all and all; of Slack's twelve hours, all. */
const PASSING_SECONDS = [3_300, 3_700, 12 * 3_600 + 60] as const;
/** Those that most requests need, and those that have too little time to be loaded in it. */
const HANDLERS = [
  "token-lookup",
  "callback",
  "installations/update",
  "webhooks/github",
  "webhooks/slack",
].map((name) => `functions/${name}.handler`);

const print = process.stdout.write.bind(process.stdout);
const server = await startOwnPostgres({
  // Writes are logged with their parameters, as a careless operator would have it.
  settings: { log_statement: "mod", log_parameter_max_length_on_error: "-1" },
  onLog: (text) => databaseLog.write(text),
});
const databaseLog = createWriteStream(path.join(server.folder, "database.log"));
const sandboxLog = createWriteStream(path.join(server.folder, "sandboxes.log"));
afterAll(async () => {
  databaseLog.destroy();
  sandboxLog.destroy();
  await server.stop();
});
const database = await createTestDatabase(server.url);
const pool = createSandboxPool(SANDBOXES, HANDLERS, (text) => sandboxLog.write(text));
const stack = await startTestStack(GITHUB_APP, { database, load: pool.load });
const { sql } = database;
const ledger = createLedger();
const organizations = createOrganizations(PER_PLATFORM);
const [first, ...others] = organizations;
if (!first) throw new Error("There is no organization.");
const actors = createActors({ stack, sql, pool, organizations: [first, ...others] }, ledger);
const saboteur = createSaboteur(
  { stack, server, url: database.url, pool, sandboxes: SANDBOXES },
  ledger,
  SEED,
);

/** Load and faults for a while; then everything is mended, and nothing is under way. */
async function runRound(round: number): Promise<void> {
  const load = new AbortController();
  const faults = new AbortController();
  const acting = Array.from({ length: ACTORS }, (_, index) =>
    actors.run(SEED + 1 + round * ACTORS + index, load.signal),
  );
  const sabotage = saboteur.run(faults.signal);
  await sleep(ROUND_MS);
  faults.abort();
  await sabotage;
  load.abort();
  await Promise.all(acting);
  await pool.idle();
}

test("a soak: under load and faults nothing is lost, nothing is crossed, nothing hangs, and no secret leaks", {
  timeout: 2 * SOAK_MS + 120_000,
}, async () => {
  const random = createRandom(SEED);
  const end = Date.now() + SOAK_MS;
  await plantConfiguration(stack, ledger.canaries, server.password);

  for (let round = 0; round === 0 || Date.now() < end; round += 1) {
    await runRound(round);
    await audit({ stack, sql, actors, organizations }, ledger);
    await plantStored(stack, ledger.canaries);
    await stack.platforms.control.letTimePass(random.pick(PASSING_SECONDS));
  }
  await audit({ stack, sql, actors, organizations }, ledger);
  const leaks = {
    database: await findInDatabase(ledger.canaries, sql),
    databaseLog: await findInFile(ledger.canaries, path.join(server.folder, "database.log")),
    sandboxes: await findInFile(ledger.canaries, path.join(server.folder, "sandboxes.log")),
    gateway: ledger.canaries.foundIn(stack.output()),
    failures: ledger.canaries.foundIn(ledger.failures.join("\n")),
  };
  const slowest = Math.max(...pool.times());
  print(summary(slowest));

  expect(ledger.violations).toEqual([]);
  expect(pool.overdue()).toEqual([]);
  expect(slowest).toBeLessThan(REQUEST_TIMEOUT_SECONDS * 1000);
  expect(leaks).toEqual({
    database: [],
    databaseLog: [],
    sandboxes: [],
    gateway: [],
    failures: [],
  });
  expect(ledger.counts.get("lookup ok")).toBeGreaterThan(0);
  expect(ledger.counts.get("install 200")).toBeGreaterThan(0);
});

function summary(slowest: number): string {
  const times = pool.times();
  const lines = [...ledger.counts].toSorted().map(([what, count]) => `  ${what}: ${count}`);
  return [
    "",
    `Soak of ${Math.round(SOAK_MS / 1000)} s, SOAK_SEED=${SEED}: ${ledger.violations.length} violations`,
    `  requests: ${times.length}, p50 ${percentile(times, 50).toFixed(0)} ms, p99 ${percentile(times, 99).toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms`,
    ...lines,
    `  order of faults: ${saboteur.order().slice(0, 20).join(" ")}`,
    "",
  ].join("\n");
}
