import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { SWEEP_STATEMENT_MS } from "../core/deadlines.ts";
import { plant } from "../tests/support/race-installs.ts";
import { atLeast, atMost, type Benchmark, type Section } from "./section.ts";
import { type BenchStack, GRANTKEEP_DATABASE, withBenchStack } from "./support/bench-stack.ts";
import { loadInstallations } from "./support/installations.ts";
import { type LookupProcesses, startLookups } from "./support/lookup-processes.ts";
import {
  type CountedStatement,
  readCounted,
  STATEMENT_COUNTER,
  startCounting,
} from "./support/statement-count.ts";
import { median, quantile } from "./support/statistics.ts";
import { type SweepProcess, type SweepRun, startSweep } from "./support/sweep-process.ts";

const INSTALLATIONS = 5_000_000;
const STATES = 2_000_000;
/** Used states that have not expired yet: the sweep must not read them. */
const NEW_STATES = 500_000;
/** They are the longest unused ones, and cannot be decrypted. */
const UNREADABLE = 500;
const IDLE = 1_000;
const ENDED = 10_000;
const PROCESSES = 2;
const ALONE_MS = 8_000;
/** The runs in which lookups are measured. */
const MEASURED = 3;

const MAX_RUN_SECONDS = 20;
const MAX_P95 = 1.5;

const SETTINGS = {
  ...STATEMENT_COUNTER,
  shared_buffers: "1GB",
  maintenance_work_mem: "512MB",
  max_wal_size: "8GB",
};

interface MeasuredRun extends SweepRun {
  readonly beforeMs: number;
  readonly duringMs: number;
  readonly failures: number;
}

/** Measures the sweep of five million installations and two million used states, and lookups meanwhile. */
export const sweep: Benchmark = {
  id: "sweep",
  measure: (progress) => withBenchStack((stack) => measureSweep(stack, progress), SETTINGS),
};

async function measureSweep(stack: BenchStack, progress: (line: string) => void): Promise<Section> {
  progress(`loading ${INSTALLATIONS.toLocaleString("en")} installations`);
  const url = stack.urlOf(GRANTKEEP_DATABASE);
  const grants = await loadInstallations(url, INSTALLATIONS, stack.tokenSealer, { forSweep: true });
  progress("making rows that are due");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await makeDue(stack, sql);
  await sql.end();

  const lookups = await startLookups(PROCESSES, grants);
  const process = await startSweep();
  await startCounting(stack.sql);
  const measured: MeasuredRun[] = [];
  while (measured.length < MEASURED) {
    progress(`run ${measured.length + 1}, with lookups`);
    measured.push(await measureRun(process, lookups));
  }
  await lookups.stop();
  progress("the other runs");
  const others = await runUntilDone(process);
  await process.stop();
  return report(measured, others, await readCounted(stack.sql, GRANTKEEP_DATABASE));
}

/** Makes installations idle, of which some cannot be refreshed, grants ended, and used states expired. */
async function makeDue(stack: BenchStack, sql: postgres.Sql): Promise<void> {
  const idle: string[] = [];
  while (idle.length < IDLE) idle.push(await plant(stack, "slack"));
  await sql`
    update installations set token_stored_at = now() - interval '40 days' where id in ${sql(idle)}
  `;
  await sql`
    update installations set token_stored_at = now() - interval '80 days'
    where id in (
      select id from installations where kind in ('slack_bot', 'jira_3lo') and id < 'inst-1'
      order by id limit ${UNREADABLE}
    )
  `;
  await sql`
    update installations set
      is_active = false, inactive_reason = 'uninstalled', wipe_tokens_at = now()
    where id in (
      select id from installations where kind = 'oauth_app' and id < 'inst-1'
      order by id limit ${ENDED}
    )
  `;
  await sql`
    insert into consumed_states (id, consumed_by, expires_at)
    select lpad(to_hex(number), 32, '0'), md5(number::text),
      now() + case when number > ${STATES} then interval '1 hour' else interval '-3 hours' end
        - make_interval(secs => number * 0.001)
    from generate_series(1, ${STATES + NEW_STATES}::int) as number
  `;
  await sql`vacuum (analyze)`;
}

async function measureRun(process: SweepProcess, lookups: LookupProcesses): Promise<MeasuredRun> {
  lookups.take();
  await sleep(ALONE_MS);
  const before = lookups.take();
  const run = await process.run();
  const during = lookups.take();
  return {
    ...run,
    beforeMs: quantile(before.milliseconds, 0.95),
    duringMs: quantile(during.milliseconds, 0.95),
    failures: before.failures.length + during.failures.length,
  };
}

/** Runs the sweep until it finds nothing to do. */
async function runUntilDone(process: SweepProcess): Promise<SweepRun[]> {
  const runs: SweepRun[] = [];
  for (let isDone = false; !isDone; ) {
    const run = await process.run();
    runs.push(run);
    const { refreshed, failed, wiped, removed } = run.result;
    isDone = refreshed + failed + wiped + removed === 0;
  }
  return runs;
}

/** The statements of the sweep, by a part of their texts. */
const STATEMENTS = {
  "find idle refresh tokens": /refresh_token_expires_at < now/,
  "pass over an installation": /sweep_after = clock_timestamp/,
  "end the time of passing over": /sweep_after = (?:null|\$)/,
  "delete tokens of ended grants": /wipe_tokens_at <= now/,
  "delete used states": /delete from consumed_states/,
  "delete unfinished installs": /delete from pending_installations/,
};

function report(
  measured: readonly MeasuredRun[],
  others: readonly SweepRun[],
  counted: readonly CountedStatement[],
): Section {
  const statements = Object.entries(STATEMENTS).map(([name, pattern]) => {
    const found = counted.filter(({ text }) => pattern.test(text));
    const calls = found.reduce((sum, statement) => sum + statement.calls, 0);
    return { name, calls, slowestMs: Math.max(0, ...found.map(({ slowestMs }) => slowestMs)) };
  });
  const all = [...measured, ...others];
  const failures = measured.reduce((sum, run) => sum + run.failures, 0);
  return {
    title: "Sweep of five million installations",
    method: METHOD,
    tables: [
      {
        columns: ["run", "seconds", ...COUNTS, "lookups, p95 before", "during", "÷ before"],
        rows: [
          ...measured.map((run, index) => [
            ...toCells(`${index + 1}`, run),
            run.beforeMs.toFixed(2),
            run.duringMs.toFixed(2),
            (run.duringMs / run.beforeMs).toFixed(2),
          ]),
          ...others.map((run, index) => [
            ...toCells(`${measured.length + index + 1}`, run),
            ...["–", "–", "–"],
          ]),
        ],
      },
      {
        columns: ["statement", "calls", "slowest, ms"],
        rows: statements.map(({ name, calls, slowestMs }) => [
          name,
          calls.toLocaleString("en"),
          slowestMs.toFixed(1),
        ]),
      },
    ],
    checks: [
      atMost(
        "slowest run, s",
        most(all.map(({ milliseconds }) => milliseconds)) / 1000,
        MAX_RUN_SECONDS,
      ),
      atMost(
        "slowest statement, ms",
        most(statements.map(({ slowestMs }) => slowestMs)),
        SWEEP_STATEMENT_MS,
      ),
      atLeast(
        "statements of the sweep that ran",
        statements.filter(({ calls }) => calls > 0).length,
        statements.length,
      ),
      atMost(
        "p95 of lookups during ÷ before, median of the runs",
        median(measured.map(({ duringMs, beforeMs }) => duringMs / beforeMs)),
        MAX_P95,
      ),
      atMost("lookups that failed or returned a wrong token", failures, 0),
      atLeast(
        "idle installations that the first run refreshed",
        measured[0]?.result.refreshed ?? 0,
        IDLE,
      ),
      atMost(
        "installations that a later run tried again",
        most(all.slice(1).map(({ result }) => result.failed)),
        0,
      ),
    ],
  };
}

const COUNTS = ["refreshed", "failed", "wiped", "removed"] as const;

const METHOD = `${INSTALLATIONS.toLocaleString("en")} active installations with a refresh token, of which ${UNREADABLE} that cannot be decrypted are the longest unused ones and ${IDLE.toLocaleString("en")} others are idle; ${ENDED.toLocaleString("en")} of them have ended; and ${STATES.toLocaleString("en")} used states have expired, and ${NEW_STATES.toLocaleString("en")} have not. The deployed handler of \`sweep\` runs again and again in a process of its own, against the emulated Slack, until it finds nothing to do: a run deletes at most 200,000 states. Beside the first ${MEASURED} runs, each of ${PROCESSES} processes looks up one token after another through the deployed handler. All share the processors of this machine; in production each function has its own. The server reports the longest execution of each statement (pg_stat_statements).`;

function toCells(name: string, { milliseconds, result }: SweepRun): string[] {
  const counts = COUNTS.map((count) => result[count].toLocaleString("en"));
  return [name, (milliseconds / 1000).toFixed(1), ...counts];
}

function most(values: readonly number[]): number {
  return Math.max(0, ...values);
}
