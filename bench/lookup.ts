import { NANGO } from "./nango.ts";
import type { Grant } from "./peers/peer.ts";
import { PEERS, type PeerId } from "./peers/peers.ts";
import {
  atLeast,
  atMost,
  type Benchmark,
  type Check,
  type Section,
  type Table,
} from "./section.ts";
import { type BenchStack, GRANTKEEP_DATABASE, withBenchStack } from "./support/bench-stack.ts";
import { makeGrants } from "./support/grants.ts";
import type { Load } from "./support/peer-messages.ts";
import type { PeerProcess } from "./support/peer-process.ts";
import { countStatements, STATEMENT_COUNTER, setTracking } from "./support/statement-count.ts";
import { median, shuffled } from "./support/statistics.ts";

const ORGANIZATIONS = 1_000;
const ROUNDS = 30;
const TURN_MS = 150;
const WARM_UP_MS = 1_500;
const IN_FLIGHT = [1, 32] as const;
const MAX_P50 = 1.6;
const MIN_THROUGHPUT = 0.55;

/** Grantkeep is first, because the floor reads its rows. The floor is measured twice to show the noise. */
const CONTENDERS: readonly PeerId[] = [
  "grantkeep",
  "floor",
  "floor",
  "plain-pg",
  "tuned-pg",
  "better-auth",
  "slack-oauth",
];

/** The peers that Grantkeep must be faster than: they encrypt, and are used as their guides show. */
const RIVALS: readonly PeerId[] = ["plain-pg", "better-auth"];

interface Contender {
  readonly peer: PeerId;
  readonly title: string;
  readonly process: PeerProcess;
  readonly keys: readonly string[];
  readonly database: string;
}

const FIGURES = ["p50Micros", "p99Micros", "perSecond", "cpuMicros"] as const;
type Figure = (typeof FIGURES)[number];

/** Medians of the figures of a contender divided by those of the floor in the same round. */
type Ratios = Record<Figure, number>;

interface Row extends Contender {
  readonly ratios: Ratios;
  readonly p50Micros: number;
}

/** Compares a lookup of a fresh token with its SQL statement alone, and with other libraries. */
export const lookup: Benchmark = {
  id: "lookup",
  measure: (progress) =>
    withBenchStack((stack) => measureLookups(stack, progress), STATEMENT_COUNTER),
};

async function measureLookups(
  stack: BenchStack,
  progress: (line: string) => void,
): Promise<Section> {
  await setTracking(stack.sql, "none");
  progress(`storing ${ORGANIZATIONS} grants with each`);
  const contenders = await startContenders(stack);
  for (const { process, keys } of contenders) {
    for (const inFlight of IN_FLIGHT)
      await process.load(keys, { inFlight, milliseconds: WARM_UP_MS });
  }
  progress("1 in flight");
  const alone = await compare(contenders, 1);
  progress("32 in flight");
  const together = await compare(contenders, 32);
  progress("counting statements");
  const statements = new Map<PeerId, number>();
  for (const { peer, process, keys, database } of contenders) {
    const count = () => process.lookUp(keys.slice(0, 100), { inFlight: 1 });
    statements.set(peer, (await countStatements(stack.sql, database, count)) / 100);
  }

  return {
    title: "Lookup of a fresh token",
    method: METHOD,
    tables: [
      toTable("1 in flight", alone),
      toTable("32 in flight", together),
      {
        columns: ["per lookup", "SQL statements", "encrypts"],
        rows: [...statements].map(([peer, count]) => [
          PEERS[peer].title,
          String(count),
          PEERS[peer].encrypts ? "yes" : "no",
        ]),
      },
      NANGO,
    ],
    checks: toChecks(alone, together, statements.get("grantkeep") ?? Number.NaN),
  };
}

const METHOD = `${ORGANIZATIONS.toLocaleString("en")} organizations, each with a fresh Slack bot token, are looked up in random order. Every contender is a separate process, which stores nothing, with one connection to the same PostgreSQL, over loopback without TLS. Grantkeep is the deployed handler: it parses the event, queries, decrypts, and writes its log line with metrics to a file in memory. The contenders take turns of ${TURN_MS} ms in random order, in ${ROUNDS} rounds. The figures are medians over the rounds of a contender's figure divided by that of the floor in the same round (the mean of the two floors, which are the same program: their difference is the noise). CPU is the time of the process, without the server. The floor is postgres.js with one prepared SELECT of the columns that a lookup reads. \`pg\` is used as its guide shows, and tuned with a named statement and a \`KeyObject\`; @slack/oauth has a named statement too, but does not encrypt its tokens. The server counted the statements (pg_stat_statements) over 100 lookups.`;

async function startContenders(stack: BenchStack): Promise<Contender[]> {
  const grants = makeGrants(ORGANIZATIONS);
  const contenders: Contender[] = [];
  for (const peer of CONTENDERS) {
    const isShared = peer === "grantkeep" || peer === "floor";
    const database = isShared ? GRANTKEEP_DATABASE : peer;
    if (!isShared) await stack.createDatabase(database);
    const [first] = contenders;
    const keys =
      peer === "floor" && first ? first.keys : await storeApart(stack, peer, database, grants);
    const process = await stack.startPeer(peer, database);
    const isAgain = contenders.some((contender) => contender.peer === peer);
    const title = isAgain ? "the floor (repeated)" : PEERS[peer].title;
    contenders.push({ peer, title, process, keys, database });
  }
  return contenders;
}

/**
 * Stores grants by a process of its own. What a process that looks tokens up never does, as a deployed function does
 * not, leaves its heap and its compiled code alone: it made lookups a tenth slower.
 */
async function storeApart(
  stack: BenchStack,
  peer: PeerId,
  database: string,
  grants: readonly Grant[],
): Promise<string[]> {
  const process = await stack.startPeer(peer, database);
  const keys = await process.store(grants);
  await process.stop();
  return keys;
}

async function compare(contenders: readonly Contender[], inFlight: number): Promise<Row[]> {
  const rounds: Map<Contender, Load>[] = [];
  while (rounds.length < ROUNDS) {
    const round = new Map<Contender, Load>();
    for (const contender of shuffled(contenders)) {
      const { process, keys } = contender;
      round.set(contender, await process.load(keys, { inFlight, milliseconds: TURN_MS }));
    }
    rounds.push(round);
  }
  return contenders.map((contender) => {
    const of = (figure: Figure) =>
      median(rounds.map((round) => figureOf(round, contender, figure) / floorOf(round, figure)));
    return {
      ...contender,
      p50Micros: median(rounds.map((round) => figureOf(round, contender, "p50Micros"))),
      ratios: {
        p50Micros: of("p50Micros"),
        p99Micros: of("p99Micros"),
        perSecond: of("perSecond"),
        cpuMicros: of("cpuMicros"),
      },
    };
  });
}

function figureOf(round: ReadonlyMap<Contender, Load>, contender: Contender, figure: Figure) {
  return round.get(contender)?.[figure] ?? Number.NaN;
}

function floorOf(round: ReadonlyMap<Contender, Load>, figure: Figure): number {
  const floors = [...round].filter(([{ peer }]) => peer === "floor");
  return floors.reduce((sum, [, load]) => sum + load[figure], 0) / floors.length;
}

function toTable(name: string, rows: readonly Row[]): Table {
  return {
    columns: [name, "p50", "p99", "throughput", "CPU", "p50 in µs"],
    rows: rows.map(({ title, ratios, p50Micros }) => [
      title,
      ...FIGURES.map((figure) => `${ratios[figure].toFixed(2)} ×`),
      p50Micros.toFixed(0),
    ]),
  };
}

function toChecks(alone: readonly Row[], together: readonly Row[], statements: number): Check[] {
  const ratiosOf = (rows: readonly Row[], wanted: PeerId): Partial<Ratios> =>
    rows.find(({ peer }) => peer === wanted)?.ratios ?? {};
  const p50 = (peer: PeerId) => ratiosOf(alone, peer).p50Micros ?? Number.NaN;
  const throughput = (peer: PeerId) => ratiosOf(together, peer).perSecond ?? Number.NaN;
  return [
    atMost("SQL statements of a fresh lookup", statements, 1),
    atMost("p50 of a lookup ÷ floor, 1 in flight", p50("grantkeep"), MAX_P50),
    atLeast("throughput ÷ floor, 32 in flight", throughput("grantkeep"), MIN_THROUGHPUT),
    ...RIVALS.flatMap((rival) => [
      atMost(`p50 ÷ ${PEERS[rival].title}, 1 in flight`, p50("grantkeep") / p50(rival), 1),
      atLeast(
        `throughput ÷ ${PEERS[rival].title}, 32 in flight`,
        throughput("grantkeep") / throughput(rival),
        1,
      ),
    ]),
  ];
}
