import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IMPORT, importInstallation } from "../cases/imported.ts";
import type { LookupProcess } from "../support/lookup-process.ts";
import type { LookupResult } from "../support/lookup-result.ts";
import { startOwnPostgres } from "../support/own-postgres.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";

const SANDBOXES = 4;
const MAX_CONNECTIONS = 60;
const FROZEN_MS = 10_000;

const server = await startOwnPostgres({ settings: { max_connections: `${MAX_CONNECTIONS}` } });
afterAll(() => server.stop());
const stack = await startSandboxedStack({ sandboxes: SANDBOXES, serverUrl: server.url });
const { proxy, lookups } = stack;
const { sql } = stack.database;
let id = "";
let organization = 1000;

beforeAll(async () => {
  id = await importInstallation(stack);
});

/** A write over the API: which organization, how it was answered, and when. */
interface Write {
  readonly organizationId: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly endedAt: number;
}

/** Writes without a pause, one write per sandbox at a time, until it is stopped. */
function startWriters() {
  const writes: Write[] = [];
  let isOver = false;
  const writers = lookups.map(async () => {
    while (!isOver) {
      organization += 1;
      const organizationId = String(organization);
      const start = performance.now();
      const body = { ...IMPORT, organization_id: organizationId };
      const { status } = await callApi(stack, "POST", "/installations", body);
      const endedAt = performance.now();
      writes.push({ organizationId, status, milliseconds: endedAt - start, endedAt });
      await sleep(20);
    }
  });
  return {
    writes,
    async stop() {
      isOver = true;
      await Promise.all(writers);
    },
  };
}

/** The organizations whose write was answered 201 and which are not there. */
async function findLost(writes: readonly Write[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select organization_id as id from installations`;
  const stored = new Set(rows.map((row) => row.id));
  return writes
    .filter(({ status }) => status === 201)
    .map(({ organizationId }) => organizationId)
    .filter((organizationId) => !stored.has(organizationId));
}

/** Milliseconds until the first write succeeded that ended after a moment. */
function recoveryAfter(moment: number, writes: readonly Write[]): number {
  const first = writes.find(({ status, endedAt }) => status === 201 && endedAt > moment);
  return (first?.endedAt ?? Number.POSITIVE_INFINITY) - moment;
}

function slowest(times: readonly { readonly milliseconds: number }[]): number {
  return Math.max(...times.map(({ milliseconds }) => milliseconds));
}

/** Looks up for so long, and answers all results. */
async function lookUpFor(process: LookupProcess, milliseconds: number): Promise<LookupResult[]> {
  const results: LookupResult[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    results.push(...(await process.lookUp({ installation_id: id })));
    await sleep(20);
  }
  return results;
}

async function backends(): Promise<number[]> {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where application_name = 'grantkeep' and datname = current_database()
  `;
  return rows.map(({ pid }) => pid);
}

test("F-11 a frozen server process holds up its own sandbox for less than 3 s, and no other one", async () => {
  const [victim, ...others] = lookups;
  if (!victim) throw new Error("There is no sandbox.");
  await Promise.all(lookups.map((one) => one.lookUp({ installation_id: id })));
  const before = await backends();
  proxy.reset();
  await victim.lookUp({ installation_id: id });
  const [frozen = 0] = (await backends()).filter((pid) => !before.includes(pid));
  await Promise.all(others.map((one) => one.lookUp({ installation_id: id })));

  process.kill(frozen, "SIGSTOP");
  const [held, ...unaffected] = await Promise.all(lookups.map((one) => lookUpFor(one, FROZEN_MS)));
  process.kill(frozen, "SIGCONT");

  expect(slowest(held ?? [])).toBeLessThan(3_000);
  expect((held ?? []).filter(({ ok }) => ok).length).toBeGreaterThan(100);
  expect(unaffected.flat().filter(({ ok }) => !ok)).toEqual([]);
  expect(slowest(unaffected.flat())).toBeLessThan(1_000);
});

test("F-12 a server frozen for 10 s: every request is 503 within 5 s, recovery within 1 s, no write that was acknowledged is lost", async () => {
  const load = startWriters();
  await sleep(500);
  await server.freeze();
  const frozenAt = performance.now();
  await sleep(FROZEN_MS);
  const thawedAt = performance.now();
  server.thaw();
  await sleep(2_000);
  await load.stop();

  // A write that was committed before the freeze is acknowledged during it: its event is still to be removed.
  const during = load.writes.filter(
    ({ endedAt, milliseconds }) => endedAt - milliseconds > frozenAt && endedAt < thawedAt,
  );
  expect(during.length).toBeGreaterThan(SANDBOXES);
  expect(new Set(during.map(({ status }) => status))).toEqual(new Set([503]));
  expect(slowest(load.writes)).toBeLessThan(5_000);
  expect(recoveryAfter(thawedAt, load.writes)).toBeLessThan(1_000);
  expect(await findLost(load.writes)).toEqual([]);
});

test.each([
  ["is killed", () => server.kill()],
  ["shuts down", () => server.shutDown()],
])(
  "F-18 a server that %s and starts again: every request is answered within 5 s, recovery within 1 s, no write that was acknowledged is lost",
  async (_, end) => {
    const load = startWriters();
    await sleep(500);
    await end();
    await sleep(2_000);
    await server.start();
    const startedAt = performance.now();
    await sleep(2_000);
    await load.stop();

    const others = load.writes.filter(({ status }) => status !== 201 && status !== 503);
    expect(others).toEqual([]);
    expect(slowest(load.writes)).toBeLessThan(5_000);
    expect(recoveryAfter(startedAt, load.writes)).toBeLessThan(1_000);
    expect(await findLost(load.writes)).toEqual([]);
  },
);

test("F-15 no connection left: 200 lookups are retry_later, 200 of 200 are good within 2 s of the release, one connection a sandbox", async () => {
  const others = await takeAllConnections();
  proxy.reset();

  const refused = await lookUpInAll();
  await Promise.all(others.map((one) => one.end({ timeout: 1 })));
  const releasedAt = performance.now();
  const after = await lookUpInAll();
  const recoveredMs = performance.now() - releasedAt;

  expect(others.length).toBeGreaterThan(MAX_CONNECTIONS / 2);
  expect(refused.map((result) => !result.ok && result.code)).toEqual(
    Array(200).fill("retry_later"),
  );
  expect(slowest(refused)).toBeLessThan(2_600);
  expect(stack.output()).toContain("PostgresError 53300");
  expect(after.filter(({ ok }) => ok)).toHaveLength(200);
  expect(recoveredMs).toBeLessThan(2_000);
  expect((await backends()).length).toBe(SANDBOXES);
});

/** Connects until the server refuses, the connections of the sandboxes being ended first. */
async function takeAllConnections(): Promise<postgres.Sql[]> {
  const taken: postgres.Sql[] = [];
  proxy.behave({ does: "reset" });
  proxy.reset();
  for (;;) {
    const one = postgres(server.url, { max: 1 });
    try {
      await one`select 1`;
      taken.push(one);
    } catch {
      proxy.behave({ does: "pass" });
      return taken;
    }
  }
}

async function lookUpInAll(): Promise<LookupResult[]> {
  const request = { installation_id: id };
  return (await Promise.all(lookups.map((one) => one.lookUp(request, { times: 50 })))).flat();
}
