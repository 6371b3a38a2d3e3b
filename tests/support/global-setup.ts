import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { STATEMENT_LOG_SETTINGS, statementLogOf } from "./statement-log.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    /** Where the product connects instead, if the server behaves as Aurora DSQL. */
    dsqlPort: number | undefined;
    /** Whether the server is a cluster with one database, which is emptied for each file. */
    isDsqlCluster: boolean;
    /** The log of all statements, in a run that has the project `statements`. */
    statementLog: string | undefined;
  }
}

/**
 * One PostgreSQL server for the whole run; every test file makes databases of its own. `POSTGRES_BIN` is the
 * folder of another version's programs, e.g. `/usr/lib/postgresql/15/bin`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isLogged = project.vitest.projects.some(({ name }) => name === "statements");
  const { POSTGRES_BIN = "" } = process.env;
  const server = await startPostgres({
    settings: isLogged ? STATEMENT_LOG_SETTINGS : {},
    ...(POSTGRES_BIN !== "" && { binFolder: POSTGRES_BIN }),
  });
  if (POSTGRES_BIN !== "") await printVersion(server.url);
  project.provide("postgresUrl", server.url);
  project.provide("dsqlPort", undefined);
  project.provide("isDsqlCluster", false);
  // For another project, which reads it after this one has run.
  if (isLogged) project.vitest.provide("statementLog", await findLog(server.url));
  return () => server.stop();
}

/** Prints which server the tests run on. */
async function printVersion(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<[{ version: string }]>`select version()`;
  await sql.end();
  process.stdout.write(`${row.version}\n`);
}

async function findLog(url: string): Promise<string> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<[{ folder: string }]>`select current_setting('data_directory') as folder`;
  await sql.end();
  return statementLogOf(row.folder);
}
