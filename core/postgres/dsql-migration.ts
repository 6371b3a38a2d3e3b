import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "./connection.ts";

/** The build of an index took some 20 seconds on a small cluster. */
const POLL_MS = 1_000;

const CREATE_INDEX =
  /^(?<create>create (?:unique )?index) (?<rest>if not exists (?<name>[a-z_]\w*)\s[\s\S]*)$/i;

/** An index that is being built. `job` is `undefined` if it was complete before. */
interface Build {
  readonly name: string;
  readonly job: string | undefined;
}

/** Puts consecutive statements that create indexes into one group, and each other one into its own. */
export function groupForDsql(statements: readonly string[]): string[][] {
  const groups: string[][] = [];
  let isIndexBefore = false;
  for (const statement of statements) {
    const isIndex = CREATE_INDEX.test(statement);
    const group = groups.at(-1);
    if (group && isIndex && isIndexBefore) group.push(statement);
    else groups.push([statement]);
    isIndexBefore = isIndex;
  }
  return groups;
}

/**
 * Runs a group of statements on Aurora DSQL, which builds indexes in the background: resolves when all indexes
 * are complete. Calls `extend` before each statement and each wait of one second.
 *
 * An incomplete index of a run that was interrupted is built again, because its job is not known any more.
 *
 * @throws {Error} when the build of an index failed
 * @see [Asynchronous indexes](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-create-index-async.html)
 */
export async function runOnDsql(
  sql: Sql,
  group: readonly string[],
  extend: () => Promise<void>,
): Promise<void> {
  const builds: Build[] = [];
  for (const statement of group) {
    await extend();
    const index = CREATE_INDEX.exec(statement)?.groups;
    if (!index) await sql.unsafe(statement);
    else builds.push(await start(sql, index));
  }
  for (const build of builds) await waitForIndex(sql, build, extend);
}

async function start(
  sql: Sql,
  { create, rest, name = "" }: Readonly<Record<string, string>>,
): Promise<Build> {
  const createAsync = `${create} async ${rest}`;
  const job = await startJob(sql, createAsync);
  if (job !== undefined || (await isComplete(sql, name))) return { name, job };
  await dropIndex(sql, name);
  return { name, job: await startJob(sql, createAsync) };
}

/** Returns the id of the job that builds an index; `undefined` if the index is there. */
async function startJob(sql: Sql, createAsync: string): Promise<string | undefined> {
  const [job] = await sql.unsafe<[{ job_id: string }?]>(createAsync);
  return job?.job_id;
}

async function waitForIndex(
  sql: Sql,
  { name, job }: Build,
  extend: () => Promise<void>,
): Promise<void> {
  while (!(await isComplete(sql, name))) {
    if (await hasFailed(sql, job)) {
      await dropIndex(sql, name);
      throw new Error(`The index ${name} could not be built. Run the migration again.`);
    }
    await extend();
    await sleep(POLL_MS);
  }
}

async function dropIndex(sql: Sql, name: string): Promise<void> {
  await sql`drop index if exists ${sql(name)}`;
}

async function isComplete(sql: Sql, name: string): Promise<boolean> {
  const [index] = await sql<[{ isValid: boolean }?]>`
    select pg_index.indisvalid as "isValid"
    from pg_index
    join pg_class on pg_class.oid = pg_index.indexrelid
    where pg_class.relname = ${name}
  `;
  return index?.isValid ?? false;
}

async function hasFailed(sql: Sql, job: string | undefined): Promise<boolean> {
  if (job === undefined) return false;
  const [row] = await sql<[{ status: string }?]>`select status from sys.jobs where job_id = ${job}`;
  return row?.status === "failed";
}
