import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { afterEach, beforeAll, expect, test } from "vitest";
import { InstallationPage } from "../../functions/http/responses.ts";
import { importInstallation } from "../cases/imported.ts";
import { toLookupProcess } from "../support/lookup-process.ts";
import type { LookupResult } from "../support/lookup-result.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";
import { percentile, repeat } from "./figures.ts";

const SANDBOXES = 10;
const INSTALLATIONS = 40;

const stack = await startSandboxedStack({ sandboxes: SANDBOXES });
const { proxy, lookups, sandboxes } = stack;
const { sql } = stack.database;
const ids: string[] = [];

beforeAll(async () => {
  ids.push(
    ...(await repeat(INSTALLATIONS, (number) =>
      importInstallation(stack, { organization_id: `${number + 1}` }),
    )),
  );
});

afterEach(() => {
  proxy.behave({ does: "pass" });
  stack.use(sandboxes);
  stack.takeTimes();
});

/** Looks one installation up in every sandbox at once. */
async function lookUpInAll(): Promise<LookupResult[]> {
  const request = { installation_id: ids[0] };
  return (await Promise.all(lookups.map((one) => one.lookUp(request)))).flat();
}

/** Lists installations so many times at once; every answer, and how long the handlers took. */
async function list(times: number) {
  stack.takeTimes();
  const responses = await Promise.all(
    Array.from({ length: times }, () => callApi(stack, "GET", "/installations?limit=100")),
  );
  const answers = responses.map(({ status, headers }) => {
    return { status, mayRetry: headers.has("retry-after") };
  });
  return { answers, responses, slowest: Math.max(...stack.takeTimes()) };
}

const UNAVAILABLE = { status: 503, mayRetry: true };

function succeeded(results: readonly LookupResult[]): number {
  return results.filter(({ ok }) => ok).length;
}

function slowestOf(results: readonly LookupResult[]): number {
  return Math.max(...results.map(({ milliseconds }) => milliseconds));
}

test("F-01 a connection that was ended while idle is replaced: 100 of 100 lookups, p99 below 200 ms", async () => {
  const [one] = lookups;

  const results = await repeat(100, async () => {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'grantkeep' and datname = current_database()
    `;
    await sleep(50);
    return (await one?.lookUp({ installation_id: ids[0] })) ?? [];
  });

  const times = results.flat().map(({ milliseconds }) => milliseconds);
  expect(succeeded(results.flat())).toBe(100);
  expect(percentile(times, 99)).toBeLessThan(200);
});

test("F-05 a thaw after the network forgot the connection: 100 of 100 lookups, each within 1.5 s", async () => {
  await lookUpInAll();

  const results = await repeat(100 / SANDBOXES, async () => {
    for (const sandbox of sandboxes) sandbox.signal("SIGSTOP");
    proxy.blackhole();
    for (const sandbox of sandboxes) sandbox.signal("SIGCONT");
    return lookUpInAll();
  });

  expect(succeeded(results.flat())).toBe(100);
  expect(slowestOf(results.flat())).toBeLessThan(1_500);
});

test("F-06 no lookup of 1,000 hangs when its connection is reset under it, and none fails", async () => {
  const results = await repeat(500 / SANDBOXES, async () => {
    const before = lookUpInAll();
    proxy.reset();
    return [...(await Promise.all([before, lookUpInAll()]))].flat();
  });

  expect(results.flat()).toHaveLength(1_000);
  expect(succeeded(results.flat())).toBe(1_000);
  expect(slowestOf(results.flat())).toBeLessThan(2_500);
});

test("F-08 a server that accepts and says nothing: every request is 503 within 2.5 s, cold ones too", async () => {
  proxy.behave({ does: "silence" });
  proxy.reset();

  const [lists, warm] = await Promise.all([list(SANDBOXES), lookUpInAll()]);
  const cold = await stack.startCold({ handlers: ["functions/token-lookup.handler"] });
  const coldResults = await toLookupProcess(cold).lookUp({ installation_id: ids[0] });

  expect(lists.answers).toEqual(Array(SANDBOXES).fill(UNAVAILABLE));
  expect(lists.slowest).toBeLessThan(2_500);
  const results = [...warm, ...coldResults];
  expect(results.map((result) => (result.ok ? "token" : result.code))).toEqual(
    Array(SANDBOXES + 1).fill("retry_later"),
  );
  expect(slowestOf(results)).toBeLessThan(2_500);
});

test.each(["resets every connection", "has closed its port"] as const)(
  "F-09 a server that %s: 503 within 1 s, while authorize still answers 302",
  async (fault) => {
    if (fault === "resets every connection") proxy.behave({ does: "reset" });
    else await proxy.refuse(true);
    proxy.reset();

    const { answers, slowest } = await list(SANDBOXES);
    const started = await fetch(`${stack.url}/oauth/github/authorize`, { redirect: "manual" });
    if (fault === "has closed its port") await proxy.refuse(false);
    proxy.behave({ does: "pass" });
    const after = await list(SANDBOXES);

    expect(answers).toEqual(Array(SANDBOXES).fill(UNAVAILABLE));
    expect(slowest).toBeLessThan(1_000);
    expect(started.status).toBe(302);
    expect(after.answers.map(({ status }) => status)).toEqual(Array(SANDBOXES).fill(200));
  },
);

test("F-10 a list whose result is cut off on the way is asked for again, and comes whole", async () => {
  const cuts = Array.from({ length: 20 }, (_, index) => 1_000 + index * 500);

  const lengths = await repeat(cuts.length, async (round) => {
    stack.use(sandboxes.slice(0, 1));
    proxy.reset();
    await sleep(50);
    proxy.behave({ does: "cut", afterBytes: cuts[round] ?? 0 }, 1);
    const { responses } = await list(1);
    return v.parse(InstallationPage, await responses[0]?.json()).items.length;
  });

  expect(lengths).toEqual(Array(cuts.length).fill(INSTALLATIONS));
});

test("F-10 a list whose result is cut off every time is 503, never a part of it", async () => {
  proxy.behave({ does: "cut", afterBytes: 2_000 });
  proxy.reset();

  const { answers } = await list(SANDBOXES);

  expect(answers).toEqual(Array(SANDBOXES).fill(UNAVAILABLE));
});
