import { readFile } from "node:fs/promises";
import path from "node:path";
import type postgres from "postgres";
import * as v from "valibot";
import { parseJson } from "../json.ts";
import {
  codeOf,
  createDatabase,
  type Database,
  isStatementError,
  isTransient,
  transaction,
} from "./client.ts";
import type { ConnectionSettings, Sql } from "./connection.ts";

const FILE = "statements.json";
const MAX_REPORTED = 5;
const MIN_ROWS_FOR_PLANS = 1_000;

/** The statement was taken; nulls for all parameters violate a constraint or cannot be converted. */
const TAKEN = /^2[23]/;

/** The statements that lookups and refreshes consist of, and the index by which each must find its row. */
export const HOT = [
  {
    pattern: /^select id as "installationId", .* from installations where .*\bid = \$\d+$/,
    index: "installations_pkey",
  },
  {
    pattern:
      /^select id as "installationId", .* from installations where .*\borganization_id = \$\d+ and app = /,
    index: "installations_organization",
  },
  {
    pattern:
      /^select id as "installationId", .* from installations where .*\bprovider_installation_id = \$\d+$/,
    index: "installations_by_provider_installation",
  },
  {
    pattern: /^update installations set refresh_lease_owner = \$1, /,
    index: "installations_pkey",
  },
  {
    pattern:
      /^update installations set access_token = \$1, .* and refresh_lease_owner = \$\d+ returning /,
    index: "installations_pkey",
  },
];

class RolledBack extends Error {}

/** Reads the texts of all statements of Grantkeep, which a test keeps complete. */
export async function readStatements(folder: string): Promise<readonly string[]> {
  const Statements = v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.minLength(1));
  return v.parse(Statements, parseJson(await readFile(path.join(folder, FILE), "utf8")));
}

/**
 * Runs every statement once, with nulls as parameters and in a transaction that is rolled back, and reads the
 * plans of those that lookups consist of: an engine that does not take one of them is noticed before traffic.
 *
 * @throws {Error} that shows the statements that were refused, or would read the whole table
 */
export async function rehearse(
  settings: ConnectionSettings,
  statements: readonly string[],
): Promise<void> {
  const database = createDatabase(async () => settings);
  const refusals: string[] = [];
  try {
    for (const statement of statements) {
      const refusal = await rehearseOne(database, statement);
      if (refusal) refusals.push(refusal);
    }
    refusals.push(...(await refusedPlans(database, statements)));
  } finally {
    await database.close();
  }
  if (refusals.length === 0) return;
  const shown = refusals.slice(0, MAX_REPORTED).join("\n\n");
  throw new Error(`The database does not take ${refusals.length} statements:\n${shown}`);
}

/** Returns the hot statements that do not find their row by its index. */
async function refusedPlans(database: Database, statements: readonly string[]): Promise<string[]> {
  // In a small table every plan is fast, so that the planner takes any.
  const row = await findRow(database);
  if (!row || row.count < MIN_ROWS_FOR_PLANS) return [];
  const refusals: string[] = [];
  for (const { pattern, index } of HOT) {
    for (const statement of statements.filter((text) => pattern.test(text))) {
      const plan = await planOf(database, statement, row);
      if (!plan.includes(index)) refusals.push(`does not use ${index}: ${statement}\n${plan}`);
    }
  }
  return refusals;
}

/** A row to look for, and how many the planner assumes. */
interface SampleRow {
  readonly count: number;
  readonly values: Readonly<Record<string, string | null>>;
}

async function findRow(database: Database): Promise<SampleRow | undefined> {
  const [row] = await database.run(
    (sql) => sql<SampleRow[]>`
      select
        (select reltuples::float8 from pg_class where relname = 'installations') as count,
        jsonb_build_object(
          'id', id,
          'app', app,
          'platform', platform,
          'organization_id', organization_id,
          'provider_installation_id', provider_installation_id
        ) as values
      from installations
      limit 1
    `,
  );
  return row;
}

/** Returns why a statement was refused; `undefined` if it was taken. */
async function rehearseOne(database: Database, statement: string): Promise<string | undefined> {
  return database.run(async (sql) => {
    try {
      await rolledBack(sql, (inner) => inner.unsafe(statement, nullsFor(statement)));
      return undefined;
    } catch (error) {
      // The database retries some errors of a statement, which no retry repairs here.
      if (!isStatementError(error) || isTransient(error)) throw error;
      const code = codeOf(error);
      return TAKEN.test(code) ? undefined : `${code}: ${statement}`;
    }
  });
}

async function planOf(
  database: Database,
  statement: string,
  { values }: SampleRow,
): Promise<string> {
  // The plan of a comparison with null reads nothing. Other parameters are numbers, or may be any text.
  const parameters: string[] = nullsFor(statement).map(() => "0");
  for (const [, column = "", number] of statement.matchAll(/(\w+) = \$(\d+)/g)) {
    parameters[Number(number) - 1] = values[column] ?? "0";
  }
  return database.run((outer) =>
    rolledBack(outer, async (sql) => {
      const lines = await sql.unsafe<{ "QUERY PLAN": string }[]>(
        `explain ${statement}`,
        parameters,
      );
      return lines.map((line) => line["QUERY PLAN"]).join("\n");
    }),
  );
}

/** Runs work in a transaction that never commits. */
async function rolledBack<Result>(
  sql: postgres.Sql,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  let result: { value: Result } | undefined;
  try {
    await transaction(sql, async (inner) => {
      result = { value: await work(inner) };
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  if (!result) throw new Error("The transaction was committed.");
  return result.value;
}

function nullsFor(statement: string): null[] {
  const numbers = [...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  return Array.from({ length: Math.max(0, ...numbers) }, () => null);
}
