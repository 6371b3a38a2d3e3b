import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { createFigures, describeFigures } from "./dsql-figures.ts";
import { startDsqlFront } from "./dsql-front.ts";
import { readDsqlMode } from "./dsql-mode.ts";

/** One PostgreSQL server for the whole run that behaves as Aurora DSQL; prints the figures at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const mode = readDsqlMode(project.config.env);
  if (!mode) throw new Error("DSQL_MODE is missing.");
  const { DSQL_MODE, DSQL_SEED } = project.config.env;
  process.stdout.write(`DSQL_MODE=${DSQL_MODE} DSQL_SEED=${DSQL_SEED}\n`);
  const server = await startPostgres();
  const { port } = new URL(server.url);
  const front = await startDsqlFront({ ...mode, port: Number(port) });
  const admin = postgres(server.url, { max: 1 });
  await createFigures(admin);
  project.provide("postgresUrl", server.url);
  project.provide("dsqlPort", front.port);
  return async () => {
    process.stdout.write(await describeFigures(admin, mode, front));
    await admin.end();
    await front.close();
    await server.stop();
  };
}
