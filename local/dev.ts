import path from "node:path";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { EMULATED_GITHUB, usesEmulatedGithub, type Variables } from "./environment.ts";
import { startPostgres } from "./postgres.ts";
import { startStack } from "./stack.ts";
import { welcome } from "./welcome.ts";

const DEFAULT_PORT = 3000;
/** The data folder keeps the password that it was made with; the server listens on loopback alone. */
const DATABASE_PASSWORD = "local";

// Empty is unset, so that `GITHUB_APP_ID= npm run dev` means what it looks like.
const variables: Variables = Object.fromEntries(
  Object.entries(process.env).filter(([, value]) => value !== ""),
);
const stopping: (() => Promise<void>)[] = [];

process.once("SIGINT", stop);
process.once("SIGTERM", stop);
process.once("SIGHUP", stop);

try {
  const port = readPort();
  const folder = await openDataFolder(path.resolve(import.meta.dirname, ".."));
  const databaseUrl = variables.DATABASE_URL ?? (await startDatabase(folder));
  const stack = await startStack({
    port,
    databaseUrl,
    variables,
    secrets: await readSecrets(folder),
    platformsFile: folder.platforms,
    onError: (error) => print(`A function failed: ${describe(error)}`),
  });
  stopping.push(stack.close);
  print(welcome(stack, databaseUrl));
  print(`ready ${stack.url}`);
} catch (error) {
  print(describe(error));
  process.exitCode = 1;
  await stop();
}

async function startDatabase(folder: DataFolder): Promise<string> {
  print("Starting PostgreSQL (the first time takes some seconds) …");
  const server = await startPostgres({
    dataDir: folder.database,
    password: DATABASE_PASSWORD,
    onProgress: print,
  });
  stopping.push(server.stop);
  return server.url;
}

async function readSecrets(folder: DataFolder): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  for (const name of ["state", "token"] as const) {
    const given = variables[`${name.toUpperCase()}_KEYRING_SECRET`];
    if (given === undefined && variables.DATABASE_URL !== undefined) {
      throw new Error(
        "With a DATABASE_URL of your own, set STATE_KEYRING_SECRET and TOKEN_KEYRING_SECRET too " +
          "(npm run keyring prints a ring): what is sealed in that database must open again.",
      );
    }
    secrets.set(`${name}-keyring`, given ?? JSON.stringify(await folder.keyRing(name)));
  }

  const emulated = JSON.stringify({ client_secret: EMULATED_GITHUB.clientSecret });
  const github = variables.GITHUB_SECRET ?? (usesEmulatedGithub(variables) ? emulated : undefined);
  if (github !== undefined) secrets.set("github", github);
  return secrets;
}

function readPort(): number {
  const port = Number(variables.PORT ?? DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 1 && port <= 65_533) return port;
  throw new Error("PORT must be a number from 1 to 65533.");
}

/** Ends what was started, in the opposite order, and then the process with its open connections. */
async function stop(): Promise<void> {
  for (const end of stopping.splice(0).reverse()) await end().catch(() => {});
  process.exit();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code !== "EADDRINUSE") return error.message;
  const port = "port" in error ? error.port : "that it needs";
  return `Port ${port} is taken. Stop what listens there, or choose three others: PORT=4000 npm run dev`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
