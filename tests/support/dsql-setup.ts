import { fork } from "node:child_process";
import { once } from "node:events";
import postgres from "postgres";
import * as v from "valibot";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { createFigures, describeFigures } from "./dsql-figures.ts";
import { readDsqlMode } from "./dsql-mode.ts";

const WORKER = new URL("./dsql-front-worker.ts", import.meta.url);
const Port = v.tuple([v.number()]);
const Figures = v.tuple([v.object({ set: v.number(), lock: v.number(), other: v.number() })]);

/** One PostgreSQL server for the whole run that behaves as Aurora DSQL; prints the figures at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const mode = readDsqlMode(project.config.env);
  if (!mode) throw new Error("DSQL_MODE is missing.");
  const { DSQL_MODE, DSQL_SEED } = project.config.env;
  process.stdout.write(`DSQL_MODE=${DSQL_MODE} DSQL_SEED=${DSQL_SEED}\n`);
  const server = await startPostgres();
  const { port } = new URL(server.url);
  const front = fork(WORKER, [port], { execArgv: [] });
  const [frontPort] = v.parse(Port, (await once(front, "message")).slice(0, 1));
  const admin = postgres(server.url, { max: 1 });
  await createFigures(admin);
  project.provide("postgresUrl", server.url);
  project.provide("dsqlPort", frontPort);
  return async () => {
    front.send("figures");
    const [refused] = v.parse(Figures, (await once(front, "message")).slice(0, 1));
    process.stdout.write(await describeFigures(admin, mode, refused));
    front.disconnect();
    await admin.end();
    await server.stop();
  };
}
