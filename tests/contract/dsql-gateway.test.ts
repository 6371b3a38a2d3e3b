import { afterAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import type { ConnectionSettings, Sql } from "../../core/postgres/connection.ts";
import { startDsqlGateway } from "../support/dsql-gateway.ts";
import { EMULATED_CREDENTIALS, startEmulatedCluster } from "../support/emulated-cluster.ts";

const cluster = await startEmulatedCluster();
const gateway = await startDsqlGateway(cluster);

afterAll(async () => {
  await gateway.close();
  await cluster.close();
});

beforeEach(() => {
  for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

function open(changes: Partial<ConnectionSettings> = {}): Database {
  const settings: ConnectionSettings = {
    engine: "dsql",
    host: "127.0.0.1",
    port: gateway.port,
    database: "postgres",
    credentials: async () => ({ username: "admin", password: "none" }),
    ...changes,
  };
  const database = createDatabase(async () => settings);
  onTestFinished(() => database.close());
  return database;
}

const selectUser = (sql: Sql) => sql`select current_user::text as user`;

test("through the gateway, a cluster that demands TLS and a token is reached without either", async () => {
  expect(await open().run(selectUser)).toEqual([{ user: "admin" }]);
});

test("with its own TLS and token, the product reaches the cluster", async () => {
  const direct = open({
    host: cluster.host,
    port: cluster.port,
    certificateAuthorities: [cluster.certificateAuthority],
    tlsOnLoopback: true,
    credentials: async () => ({ username: "admin", password: await cluster.signToken() }),
  });

  expect(await direct.run(selectUser)).toEqual([{ user: "admin" }]);
});

test("the cluster refuses a token that other credentials have signed", async () => {
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "another-secret");

  await expect(open().run(selectUser, { budgetMs: 500 })).rejects.toMatchObject({
    code: "retry_later",
    reason: "database: PostgresError 28000",
  });
});

test("the cluster refuses what Aurora DSQL does not take, of every session", async () => {
  const run = open().run((sql) => sql`truncate sys.jobs`);

  await expect(run).rejects.toMatchObject({ code: "0A000" });
});
