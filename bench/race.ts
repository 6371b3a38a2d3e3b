import {
  countCalls,
  grantSlack,
  LIFETIME_SECONDS,
  newName,
  works,
} from "../tests/support/race-installs.ts";
import { PEERS, type PeerId } from "./peers/peers.ts";
import { atLeast, atMost, type Benchmark, type Section } from "./section.ts";
import { type BenchStack, GRANTKEEP_DATABASE, withBenchStack } from "./support/bench-stack.ts";
import type { LookupResult } from "./support/peer-messages.ts";
import type { PeerProcess } from "./support/peer-process.ts";

const PROCESSES = 4;
const LOOKUPS = [20, 200] as const;
const ROUNDS = 5;
const PLATFORM_DELAY_MS = 100;

const CONTENDERS: readonly PeerId[] = ["grantkeep", "plain-pg", "better-auth", "slack-oauth"];

/** The results of one race. `dead` counts tokens that the platform rejects. */
interface Outcome {
  readonly calls: number;
  readonly good: number;
  readonly dead: number;
  readonly failed: number;
}

/** Races lookups of one expired token, whose refresh token works once. */
export const race: Benchmark = {
  id: "race",
  measure: (progress) => withBenchStack((stack) => measureRaces(stack, progress)),
};

async function measureRaces(stack: BenchStack, progress: (line: string) => void): Promise<Section> {
  stack.platforms.control.addFault({
    platform: "slack",
    method: "POST",
    path: "/api/oauth.v2.access",
    times: "until_cleared",
    milliseconds: PLATFORM_DELAY_MS,
  });
  const rows: string[][] = [];
  const grantkeep = new Map<number, Outcome[]>();
  for (const peer of CONTENDERS) {
    progress(PEERS[peer].title);
    const processes = await startProcesses(stack, peer);
    for (const lookups of LOOKUPS) {
      const outcomes: Outcome[] = [];
      while (outcomes.length < ROUNDS) outcomes.push(await run(stack, processes, lookups));
      rows.push([PEERS[peer].title, String(lookups), ...toCells(outcomes)]);
      if (peer === "grantkeep") grantkeep.set(lookups, outcomes);
    }
    await Promise.all(processes.map((process) => process.stop()));
  }
  return {
    title: "Concurrent lookups of one expired token",
    method: `Lookups of one expired token, started at the same time in ${PROCESSES} processes, with the emulated Slack: a refresh token works once, and a response takes ${PLATFORM_DELAY_MS} ms. Each contender is used as its guide shows: @slack/oauth with its own token rotation, better-auth with \`getAccessToken\` over a generic provider. A token is good if the platform accepts it after the race, and dead otherwise; a failure is an error that the caller received. The figures are the minimum and the maximum of ${ROUNDS} races.`,
    tables: [
      { columns: ["", "lookups", "upstream calls", "good", "dead tokens", "failures"], rows },
    ],
    checks: [...grantkeep].flatMap(([lookups, outcomes]) => [
      atMost(`upstream calls of ${lookups} lookups, maximum`, most(outcomes, "calls"), 1),
      atLeast(`good tokens of ${lookups} lookups, minimum`, least(outcomes, "good"), lookups),
      atMost(`dead tokens of ${lookups} lookups, maximum`, most(outcomes, "dead"), 0),
    ]),
  };
}

async function startProcesses(stack: BenchStack, peer: PeerId): Promise<PeerProcess[]> {
  const database = peer === "grantkeep" ? GRANTKEEP_DATABASE : peer;
  if (peer !== "grantkeep") await stack.createDatabase(database);
  const processes: PeerProcess[] = [];
  // Sequential, because the first process creates the tables.
  while (processes.length < PROCESSES) processes.push(await stack.startPeer(peer, database));
  return processes;
}

async function run(
  stack: BenchStack,
  processes: readonly PeerProcess[],
  lookups: number,
): Promise<Outcome> {
  const { organizationId, accessToken, refreshToken } = await grantSlack(stack, newName());
  await stack.platforms.control.letTimePass(LIFETIME_SECONDS.slack + 60);
  const expiresAt = new Date(Date.now() - 60_000);
  const grant = { organizationId, accessToken, refreshToken, expiresAt };
  const [key = ""] = (await processes[0]?.store([grant])) ?? [];
  const callsBefore = countCalls(stack, "slack");

  const share = lookups / processes.length;
  const keys = Array.from({ length: share }, () => key);
  const answers = await Promise.all(
    processes.map((process) => process.lookUp(keys, { inFlight: share })),
  );

  const calls = countCalls(stack, "slack") - callsBefore;
  return { calls, ...(await judge(stack, answers.flat())) };
}

/** Calls the platform with every token that a lookup returned. */
async function judge(stack: BenchStack, results: readonly LookupResult[]) {
  const tokens = results.filter((result) => result.ok).map(({ accessToken }) => accessToken);
  const living = new Set<string>();
  for (const token of new Set(tokens)) {
    if (await works(stack, "slack", token)) living.add(token);
  }
  const good = tokens.filter((token) => living.has(token)).length;
  return { good, dead: tokens.length - good, failed: results.length - tokens.length };
}

function toCells(outcomes: readonly Outcome[]): string[] {
  return (["calls", "good", "dead", "failed"] as const).map((figure) => {
    const [from, to] = [least(outcomes, figure), most(outcomes, figure)];
    return from === to ? String(from) : `${from}–${to}`;
  });
}

function least(outcomes: readonly Outcome[], figure: keyof Outcome): number {
  return Math.min(...outcomes.map((outcome) => outcome[figure]));
}

function most(outcomes: readonly Outcome[], figure: keyof Outcome): number {
  return Math.max(...outcomes.map((outcome) => outcome[figure]));
}
