import { fork } from "node:child_process";
import { once } from "node:events";
import postgres from "postgres";
import * as v from "valibot";
import type { TestProject } from "vitest/node";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { signIamToken } from "../../functions/environment/iam-token.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { createFigures, describeFigures } from "./dsql-figures.ts";
import { startDsqlGateway } from "./dsql-gateway.ts";
import { readDsqlMode } from "./dsql-mode.ts";
import { EMULATED_CREDENTIALS, startEmulatedCluster } from "./emulated-cluster.ts";

const PORT = 5432;
const ADMIN = "admin";
const WORKER = new URL("./dsql-front-worker.ts", import.meta.url);
const Port = v.tuple([v.number()]);
const Figures = v.tuple([v.object({ set: v.number(), lock: v.number(), other: v.number() })]);

/** One PostgreSQL server for the whole run that behaves as Aurora DSQL; prints the figures at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { DSQL_ENDPOINT = "" } = process.env;
  if (DSQL_ENDPOINT !== "") return setUpCluster(project, DSQL_ENDPOINT);
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
  project.provide("isDsqlCluster", false);
  return async () => {
    front.send("figures");
    const [refused] = v.parse(Figures, (await once(front, "message")).slice(0, 1));
    process.stdout.write(await describeFigures(admin, mode, refused));
    front.disconnect();
    await admin.end();
    await server.stop();
  };
}

/** The cluster of an endpoint, in which the tests delete all rows; `emulated` is one on loopback. */
async function setUpCluster(project: TestProject, endpoint: string): Promise<() => Promise<void>> {
  const emulated = endpoint === "emulated" ? await startEmulatedCluster() : undefined;
  if (emulated) Object.assign(process.env, EMULATED_CREDENTIALS);
  const cluster = emulated ?? {
    host: endpoint,
    port: PORT,
    signToken: () => signIamToken({ engine: "dsql", host: endpoint, port: PORT, user: ADMIN }),
  };
  const gateway = await startDsqlGateway(cluster);
  const settings: ConnectionSettings = {
    engine: "dsql",
    host: "127.0.0.1",
    port: gateway.port,
    database: "postgres",
    // The gateway replaces the password by a token.
    credentials: async () => ({ username: ADMIN, password: "none" }),
  };
  await migrate(settings, await readMigrations("migrations"));
  project.provide("postgresUrl", `postgres://${ADMIN}:none@127.0.0.1:${gateway.port}/postgres`);
  project.provide("dsqlPort", undefined);
  project.provide("isDsqlCluster", true);
  return async () => {
    await gateway.close();
    await emulated?.close();
  };
}
