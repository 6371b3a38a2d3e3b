import postgres from "postgres";
import { plant } from "../../tests/support/race-installs.ts";
import { atMost, type Benchmark, type Check, type Section, type Table } from "../section.ts";
import { type BenchStack, GRANTKEEP_DATABASE, withBenchStack } from "../support/bench-stack.ts";
import { countStatements, STATEMENT_COUNTER, setTracking } from "../support/statement-count.ts";
import { median, quantile, shuffled } from "../support/statistics.ts";
import type { Load } from "./messages.ts";
import { type DeliveryProcess, startDeliveries } from "./process.ts";
import { withDatabaseTls } from "./tls.ts";

const ROUNDS = 20;
const TURN_MS = 400;
const WARM_UP_MS = 2_000;

/** The bus of local mode responds at once. EventBridge does not: the limits are for a bus that takes this long. */
const BUS_MS = 10;
const SETTINGS = [
  { inFlight: 1, busMs: BUS_MS },
  { inFlight: 8, busMs: BUS_MS },
  { inFlight: 1, busMs: 0 },
] as const;

const MAX_P99_MS = 500;
const MAX_P50_RATIO = 2;

const CONTENDERS = [
  { id: "intake", title: "Grantkeep, the whole intake", module: "functions/webhooks/github.ts" },
  { id: "bare", title: "verify and put, without a database", module: "bench/events/bare.ts" },
  { id: "bare-again", title: "the same (repeated)", module: "bench/events/bare.ts" },
] as const;

type Contender = (typeof CONTENDERS)[number] & { readonly process: DeliveryProcess };

/** The loads of each contender, one for each round. */
type Loads = ReadonlyMap<Contender["id"], readonly Load[]>;

interface Measured {
  readonly setting: (typeof SETTINGS)[number];
  readonly loads: Loads;
}

/** Compares the intake of a delivery with a handler that only verifies it and puts it on the bus. */
export const events: Benchmark = {
  id: "events",
  measure: (progress) =>
    withDatabaseTls(({ settings, authority }) =>
      withBenchStack((stack) => measureIntake(stack, authority, progress), {
        ...STATEMENT_COUNTER,
        ...settings,
      }),
    ),
};

async function measureIntake(
  stack: BenchStack,
  authority: string,
  progress: (line: string) => void,
): Promise<Section> {
  await setTracking(stack.sql, "none");
  const database = new URL(stack.urlOf(GRANTKEEP_DATABASE));
  database.searchParams.set("sslmode", "verify-full");
  const environment = { ...process.env, DATABASE_URL: database.href, DATABASE_CA: authority };
  const installationId = await install(stack);
  const contenders: Contender[] = [];
  try {
    for (const contender of CONTENDERS) {
      const process = await startDeliveries(contender.module, environment);
      contenders.push({ ...contender, process });
      await process.deliver({ installationId, inFlight: 8, milliseconds: WARM_UP_MS });
    }
    const measured: Measured[] = [];
    for (const setting of SETTINGS) {
      const { inFlight, busMs: milliseconds } = setting;
      progress(titleOf(setting));
      stack.aws.fail(
        milliseconds > 0 ? { service: "events", kind: "slow", milliseconds } : undefined,
      );
      measured.push({ setting, loads: await compare(contenders, { installationId, inFlight }) });
    }
    stack.aws.fail(undefined);
    progress("counting statements");
    const statements = await countPerDelivery(stack, contenders, installationId);
    return {
      title: "Intake of a delivery",
      method: METHOD,
      tables: measured.map(toTable),
      checks: toChecks(measured, statements),
    };
  } finally {
    await Promise.all(contenders.map(({ process }) => process.stop()));
  }
}

const METHOD = `Signed deliveries of GitHub with 8 KB, all different, of one installation. Each contender is a handler in a process of its own, which is called with the event of API Gateway. The intake is the deployed handler: it verifies the signature, claims and attributes the delivery with one statement, puts it on the bus, records that, and writes its log line. The other handler verifies the signature and puts the body on the bus, with the settings that the SDK has; it loses what the bus does not take, does not know whom a delivery is for, and hands copies over. PostgreSQL is reached over TLS; the bus is the one of local mode, over HTTP on loopback, where a connection costs less than on AWS. It responds after ${BUS_MS} ms, which is an assumption about EventBridge and not a measurement, and in the last table at once, for which there is no limit on the ratio. The contenders take turns of ${TURN_MS} ms in random order, in ${ROUNDS} rounds. Ratios are medians over the rounds of a figure divided by the mean of the two bare handlers in the same round.`;

/** Stores an installation of the GitHub App, and returns its id at GitHub. */
async function install(stack: BenchStack): Promise<number> {
  const id = await plant(stack, "github");
  const sql = postgres(stack.urlOf(GRANTKEEP_DATABASE), { max: 1 });
  try {
    const [row] = await sql<[{ id: string }?]>`
      select provider_installation_id as id from installations where id = ${id}
    `;
    return Number(row?.id);
  } finally {
    await sql.end();
  }
}

async function compare(
  contenders: readonly Contender[],
  order: { readonly installationId: number; readonly inFlight: number },
): Promise<Loads> {
  const loads = new Map<Contender["id"], Load[]>(contenders.map(({ id }) => [id, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { id, process } of shuffled(contenders)) {
      loads.get(id)?.push(await process.deliver({ ...order, milliseconds: TURN_MS }));
    }
  }
  return loads;
}

async function countPerDelivery(
  stack: BenchStack,
  contenders: readonly Contender[],
  installationId: number,
): Promise<number> {
  let deliveries = 0;
  const statements = await countStatements(stack.sql, GRANTKEEP_DATABASE, async () => {
    const intake = contenders.find(({ id }) => id === "intake");
    const load = await intake?.process.deliver({ installationId, inFlight: 1, milliseconds: 500 });
    deliveries = load?.milliseconds.length ?? 0;
  });
  return statements / deliveries;
}

function titleOf({ inFlight, busMs }: Measured["setting"]): string {
  return `${inFlight} in flight, the bus responds ${busMs > 0 ? `after ${busMs} ms` : "at once"}`;
}

function toTable({ setting, loads }: Measured): Table {
  return {
    columns: [titleOf(setting), "p50", "p50 in ms", "p99 in ms", "per second", "CPU in µs"],
    rows: CONTENDERS.map(({ id, title }) => [
      title,
      `${ratioOf(loads, id).toFixed(2)} ×`,
      median(allOf(loads, id)).toFixed(2),
      quantile(allOf(loads, id), 0.99).toFixed(2),
      median(roundsOf(loads, id).map(({ perSecond }) => perSecond)).toFixed(0),
      median(roundsOf(loads, id).map(({ cpuMicros }) => cpuMicros)).toFixed(0),
    ]),
  };
}

function toChecks(measured: readonly Measured[], statements: number): Check[] {
  const failures = measured.flatMap(({ loads }) =>
    CONTENDERS.flatMap(({ id }) => roundsOf(loads, id).flatMap((load) => load.failures)),
  );
  return [
    atMost("deliveries without status 202", failures.length, 0),
    atMost("SQL statements for each delivery", statements, 2),
    ...measured.map(({ setting, loads }) =>
      atMost(
        `p99 of the intake in ms, ${titleOf(setting)}`,
        quantile(allOf(loads, "intake"), 0.99),
        MAX_P99_MS,
      ),
    ),
    ...measured
      .filter(({ setting }) => setting.busMs > 0)
      .map(({ setting, loads }) =>
        atMost(
          `p50 of the intake ÷ verify and put, ${titleOf(setting)}`,
          ratioOf(loads, "intake"),
          MAX_P50_RATIO,
        ),
      ),
  ];
}

function ratioOf(loads: Loads, id: Contender["id"]): number {
  const p50 = (one: Contender["id"], round: number) =>
    median(roundsOf(loads, one)[round]?.milliseconds ?? []);
  return median(
    roundsOf(loads, id).map(
      (_, round) => p50(id, round) / ((p50("bare", round) + p50("bare-again", round)) / 2),
    ),
  );
}

function roundsOf(loads: Loads, id: Contender["id"]): readonly Load[] {
  return loads.get(id) ?? [];
}

function allOf(loads: Loads, id: Contender["id"]): number[] {
  return roundsOf(loads, id).flatMap(({ milliseconds }) => milliseconds);
}
