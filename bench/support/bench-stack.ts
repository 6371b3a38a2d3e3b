import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { createSealer, type Sealer } from "../../core/sealing/sealer.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { createSecrets } from "../../local/secrets.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import type { PeerId } from "../peers/peers.ts";
import { type PeerProcess, startPeer } from "./peer-process.ts";

const CONFIGURATION = { brand: { name: "Bench" } };

/** PostgreSQL, Secrets Manager and the emulated platforms, on loopback. */
export interface BenchStack extends Stack {
  /** A connection of the superuser. */
  readonly sql: postgres.Sql;
  /** Starts the process of a peer, with the environment of a deployed function. */
  startPeer(peer: PeerId, database?: string): Promise<PeerProcess>;
  /** Encrypts tokens so that Grantkeep can decrypt them. */
  readonly tokenSealer: Sealer;
  createDatabase(name: string): Promise<void>;
  urlOf(database: string): string;
}

/** The database of Grantkeep and of the floor, which reads the same rows. */
export const GRANTKEEP_DATABASE = "grantkeep";

/** Starts the stack, and stops it after `use`. */
export async function withBenchStack<Result>(
  use: (stack: BenchStack) => Promise<Result>,
  settings: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const server = await startPostgres({ settings });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const processes: PeerProcess[] = [];
  const urlOf = (database: string) =>
    Object.assign(new URL(server.url), { pathname: database }).href;
  const createDatabase = async (name: string) => {
    await sql`create database ${sql(name)}`;
  };
  let stack: Stack | undefined;
  try {
    await createDatabase(GRANTKEEP_DATABASE);
    const tokenKeyring = generateKeyRing();
    const ring = createKeyRing(tokenKeyring);
    const generated = {
      stateKeyring: JSON.stringify(generateKeyRing()),
      tokenKeyring: JSON.stringify(tokenKeyring),
      githubAppKey: await generateGithubAppKey(),
    };
    stack = await startStack({
      port: 0,
      databaseUrl: urlOf(GRANTKEEP_DATABASE),
      configuration: CONFIGURATION,
      secrets: createSecrets({}, generated),
      githubAppKey: generated.githubAppKey,
    });
    const environment = { ...process.env, TOKEN_KEY: randomBytes(32).toString("base64") };
    return await use({
      ...stack,
      sql,
      urlOf,
      tokenSealer: createSealer(async () => ring),
      createDatabase,
      async startPeer(peer, database = GRANTKEEP_DATABASE) {
        const started = await startPeer(peer, { ...environment, DATABASE_URL: urlOf(database) });
        processes.push(started);
        return started;
      },
    });
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await stack?.close();
    await sql.end();
    await server.stop();
  }
}
