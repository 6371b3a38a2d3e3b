import * as v from "valibot";
import { afterEach, beforeEach, expect } from "vitest";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import type { TestStack } from "../support/stack.ts";
import { HEADERS } from "./answers.ts";
import { createCanaries } from "./canaries.ts";
import { readKeyRing, readSecret, readStoredSecrets } from "./known-secrets.ts";
import { type Traffic, watchTraffic } from "./traffic.ts";

/** Far above what an answer takes, far below what a quadratic parser takes. */
const SLOW_MS = 2_000;

/** The name of a test that is about a row of the catalogue, and not a control. */
const ROW = /\b(?:AU|CB|CR|LK|WH)-\d{3}(?! control)/;

/** Shorter texts can be in a message by coincidence. */
const MIN_ECHO_LENGTH = 8;

/** The statuses that the gateway itself returns, without the headers of Grantkeep. */
const GATEWAY_STATUSES = [307, 403, 404, 413];

/** The status of a delivery that was accepted. */
const ACCEPTED = 202;

/** In the log line of a request, and of an invocation: nobody thought of what happened. */
const SURPRISE = /"(?:error|outcome)":"server_error"/;

const PlatformSecret = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** The effects of a row besides its response. Other effects fail the test. */
export interface Effects {
  /** The tables whose rows change. */
  readonly changes?: readonly string[];
  /** The requests that reach the platforms, such as `POST /login/oauth/access_token`. */
  readonly asks?: readonly string[];
  readonly withinMs?: number;
  /** Whether the row breaks something in Grantkeep, which is then logged as `server_error`. */
  readonly breaks?: boolean;
}

/** The catalogue's general assertions, for the rows of one suite. */
export interface Conventions {
  /** Adds a text of at least eight characters that no line of a log may hold. */
  plant(name: string, secret: string | Buffer): void;
  /**
   * Runs a row and asserts around it: P1 nothing is stored, P2 no secret was written since the row
   * before, to a log or a bus, P3 no platform is asked, P4 every answer has our headers, and no refusal
   * anything that was planted, and P5 nothing broke, it answers soon, and a good request works right after it.
   *
   * A test of a row that does none of its work in here fails.
   */
  hold<Result>(act: () => Promise<Result>, effects?: Effects): Promise<Result>;
}

/** Plants the secrets of a stack, and makes the function that stands around every row. */
export async function createConventions(
  stack: TestStack,
  goodRequestWorks: () => Promise<boolean>,
): Promise<Conventions> {
  const { plant, foundIn } = createCanaries();
  await plantStackSecrets(stack, plant);
  let tokenRing = createKeyRing(await readKeyRing(stack, "token-keyring"));
  const tokenSealer = createSealer(async ({ reload }) => {
    if (reload) tokenRing = createKeyRing(await readKeyRing(stack, "token-keyring"));
    return tokenRing;
  });
  const takeTraffic = watchTraffic(stack.url);
  let searched = 0;
  let heard = 0;
  let held = 0;

  beforeEach(() => {
    held = 0;
  });
  afterEach(({ task }) => {
    if (ROW.test(task.name)) expect(held, "rows under the general assertions").toBeGreaterThan(0);
  });

  return {
    plant,

    async hold(act, { changes = [], asks = [], withinMs = SLOW_MS, breaks = false } = {}) {
      held += 1;
      takeTraffic();
      const before = await hashTables(stack);
      const asked = requestsOf(stack).length;
      const startedAt = performance.now();

      const result = await act();

      const milliseconds = performance.now() - startedAt;
      // What a delivery leads to happens behind the bus.
      await stack.aws.eventsSettled();
      const { heads, refusals } = takeTraffic();
      const isAccepted = heads.some(({ status }) => status === ACCEPTED);
      const changed = changedTables(before, await hashTables(stack));
      // Only a delivery that was accepted is recorded, unless it is a copy.
      const others = changed.filter((name) => !(isAccepted && name === "deliveries"));
      expect(others, "P1: tables that changed").toEqual(changes);
      for (const secret of await readStoredSecrets(stack, tokenSealer)) plant("stored", secret);
      const written = stack.output().slice(searched);
      searched += written.length;
      expect(foundIn(written), "P2: secrets in the output").toEqual([]);
      const told = stack.aws.events.slice(heard);
      heard += told.length;
      expect(foundIn(JSON.stringify(told)), "P2: secrets in events").toEqual([]);
      // Some are sent side by side, and then come in any order.
      expect(requestsOf(stack).slice(asked).sort(), "P3: requests to platforms").toEqual(
        asks.toSorted(),
      );
      expectOurHeaders(heads);
      expectNoEchoOfQueries(refusals);
      expect(foundIn(JSON.stringify(refusals.map(({ text }) => text))), "P4: planted").toEqual([]);
      expect(SURPRISE.test(written), "P5: something broke").toBe(breaks);
      expect(milliseconds, "P5: milliseconds to the answer").toBeLessThan(withinMs);
      expect(await goodRequestWorks(), "P5: a good request works").toBe(true);
      await stack.aws.eventsSettled();
      return result;
    },
  };
}

/** Of every answer, whether the test looks at it or not. */
function expectOurHeaders(heads: Traffic["heads"]): void {
  for (const { status, headers } of heads) {
    const isGateway = headers["content-security-policy"] === undefined;
    if (isGateway) expect(GATEWAY_STATUSES, "P4: who answers without headers").toContain(status);
    else expect(headers, "P4: headers").toMatchObject(HEADERS);
    expect(headers, "P4: headers").not.toHaveProperty("access-control-allow-origin");
    if (status >= 400) expect(headers, "P4: headers of a refusal").not.toHaveProperty("location");
  }
}

/** The values of a query are not in its rejection. Names of parameters are shorter. */
function expectNoEchoOfQueries(refusals: Traffic["refusals"]): void {
  for (const { path, text } of refusals) {
    const { searchParams } = new URL(path, "http://localhost");
    const long = [...searchParams.values()].filter(({ length }) => length >= MIN_ECHO_LENGTH);
    expect(
      long.filter((value) => text.includes(value)),
      "P4: echoes",
    ).toEqual([]);
  }
}

async function plantStackSecrets(stack: TestStack, plant: Conventions["plant"]): Promise<void> {
  for (const name of ["state-keyring", "token-keyring"] as const) {
    for (const key of Object.values((await readKeyRing(stack, name)).keys)) {
      plant(`a key of ${name}`, key);
      plant(`the bytes of a key of ${name}`, Buffer.from(key, "base64"));
    }
  }
  for (const name of ["github", "slack", "jira"]) {
    const secret = v.parse(PlatformSecret, await readSecret(stack, name));
    for (const [field, text] of Object.entries(secret)) plantLines(plant, `${name} ${field}`, text);
  }
  const { password } = new URL(stack.database.url);
  plant("database password", password);
}

/** Of a key in PEM, every line is secret but the first and the last. */
function plantLines(plant: Conventions["plant"], name: string, text: string): void {
  for (const line of text.split("\n").filter((line) => !line.startsWith("-----")))
    plant(name, line);
}

function requestsOf({ platforms }: TestStack): string[] {
  return platforms.control.requests().map(({ method, path }) => `${method} ${path}`);
}

/** One hash for each table, over all of its rows. */
async function hashTables({ database: { sql } }: TestStack): Promise<Map<string, string>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public'
    order by table_name
  `;
  const hashes = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await sql<[{ hash: string }]>`
      select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) as hash
      from ${sql(name)} t
    `;
    hashes.set(name, row.hash);
  }
  return hashes;
}

function changedTables(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
