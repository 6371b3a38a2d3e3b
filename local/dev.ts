import { randomBytes } from "node:crypto";
import { openLocalTarget } from "../cli/target/local.ts";
import { startConsole } from "../console/server.ts";
import { localSubject } from "../console/subject.ts";
import { describeEvent } from "./aws/bus-event.ts";
import { loadConfiguration } from "./configuration.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { APP_FOLDER } from "./folders.ts";
import { generateGithubAppKey } from "./github-app-key.ts";
import { generateKeyRing } from "./keyring.ts";
import { openLogStore } from "./logs/log-store.ts";
import { whenParentEnds } from "./parent.ts";
import { startPostgres } from "./postgres/postgres.ts";
import { isGithubApp } from "./registrations.ts";
import { parsePort, recallPort, recordRunningPort, rememberPort } from "./running-port.ts";
import { createSecrets, type GeneratedSecrets } from "./secrets.ts";
import { type Stack, startStack } from "./stack.ts";
import { isSet } from "./variables.ts";
import { welcome } from "./welcome.ts";

const DEFAULT_PORT = 3000;
const PASSWORD_FILE = "database-password";

const variables = process.env;
const stopping: (() => Promise<void>)[] = [];
let isInterrupted = false;

interface LocalModeOptions {
  /** Default: `PORT`, the port of the last start if it is free, or 3000. */
  readonly port?: number | undefined;
  /** Returns what is printed in place of a log line, and of an event. Default: both as they are. */
  readonly describe?: {
    line(functionName: string, line: string): string | undefined;
    happening(text: string): string;
  };
}

/** The pages of local mode. */
interface LocalMode {
  readonly url: string;
  /** Returns the URL that opens the console once. */
  readonly createConsoleUrl: () => string;
}

/**
 * Starts Grantkeep on this machine. It runs until the process is interrupted.
 *
 * @throws {Error} that says what to change, with nothing left running
 */
export async function startLocalMode(options: LocalModeOptions = {}): Promise<LocalMode> {
  // A terminal sends the signal to this process, and the launcher sends it once more.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  whenParentEnds(interrupt);
  try {
    return await start(options);
  } catch (error) {
    await stopAll();
    throw new Error(describe(error));
  }
}

async function start({ port: chosen, describe: described }: LocalModeOptions): Promise<LocalMode> {
  const configuration = await loadConfiguration(APP_FOLDER, variables);
  const folder = await openDataFolder(APP_FOLDER);
  const port = chosen ?? readPort() ?? (await recallPort(folder)) ?? DEFAULT_PORT;
  const generated = await readGenerated(folder);
  const given = variables.DATABASE_URL;
  const databaseUrl = isSet(given) ? given : await startDatabase(folder);
  const tell = (text: string) => print(described?.happening(text) ?? text);
  const stack = await startStack({
    port,
    databaseUrl,
    configuration,
    variables: { ...variables },
    secrets: createSecrets(variables, generated),
    githubAppKey: generated.githubAppKey,
    platformsFile: folder.platforms,
    logs: openLogStore(folder.logs),
    hidesLines: described !== undefined,
    onLine(functionName, line) {
      const sentence = described?.line(functionName, line);
      if (sentence !== undefined) print(sentence);
    },
    onEvent: (event) => tell(`Event ${describeEvent(event)}`),
    onDeadLetter: ({ target, event, reason }) =>
      tell(`Event ${describeEvent(event)} was not processed by ${target}. ${reason}`),
    secretDates: await readKeyringDates(folder),
    keepSecret: (name, value) => keepSecret(folder, name, value),
    onError: (error) => tell(`A function failed: ${describe(error)}`),
  });
  stopping.push(stack.close);
  stopping.push(await recordRunningPort(folder, APP_FOLDER, port));
  await rememberPort(folder, port);
  const isApp = isGithubApp(variables);
  const createConsoleUrl = await serveConsole(stack);
  const consoleUrl = createConsoleUrl();
  print(welcome(stack, { databaseUrl, isGivenDatabase: isSet(given), isApp, consoleUrl }));
  print(`ready ${stack.url}`);
  return { url: stack.url, createConsoleUrl };
}

/** Starts the console, and returns a function that returns a URL which opens it once. */
async function serveConsole(stack: Stack): Promise<() => string> {
  const target = openLocalTarget(stack, () => new Error("Grantkeep is not running."));
  const console = await startConsole(localSubject(target, stack), { port: 0 });
  stopping.push(console.close);
  return () => console.createUrl();
}

async function startDatabase(folder: DataFolder): Promise<string> {
  // Earlier versions kept no password, and had another schema.
  if ((await folder.has("postgres")) && !(await folder.has(PASSWORD_FILE))) throw oldData(folder);
  print("Starting PostgreSQL (the first start takes some seconds) …");
  const server = await startPostgres({
    dataDir: folder.database,
    password: await folder.keep(PASSWORD_FILE, async () => randomBytes(16).toString("hex")),
    onProgress: print,
  });
  stopping.push(server.stop);
  return server.url;
}

async function readGenerated(folder: DataFolder): Promise<GeneratedSecrets> {
  const { DATABASE_URL, STATE_KEYRING_SECRET, TOKEN_KEYRING_SECRET } = variables;
  if (isSet(DATABASE_URL) && !(isSet(STATE_KEYRING_SECRET) && isSet(TOKEN_KEYRING_SECRET))) {
    throw new Error(
      "With DATABASE_URL, set STATE_KEYRING_SECRET and TOKEN_KEYRING_SECRET too, so that what is " +
        "encrypted in that database can be decrypted later. `npx grantkeep keyring` prints a key ring.",
    );
  }
  const newRing = async () => JSON.stringify(generateKeyRing());
  return {
    stateKeyring: await folder.keep("state-keyring.json", newRing),
    tokenKeyring: await folder.keep("token-keyring.json", newRing),
    githubAppKey: await folder.keep("github-app.pem", generateGithubAppKey),
  };
}

/** Returns when each generated key ring was stored: the steps of a key rotation wait from then. */
async function readKeyringDates(folder: DataFolder): Promise<ReadonlyMap<string, Date>> {
  const names = ["state-keyring", "token-keyring"].filter(
    (name) => !isSet(variables[variableOf(name)]),
  );
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await folder.changedAt(`${name}.json`)] as const),
    ),
  );
}

/** Stores a new key ring, so that what is encrypted with it can be decrypted after a restart. */
async function keepSecret(folder: DataFolder, name: string, value: string): Promise<void> {
  const variable = variableOf(name);
  if (isSet(variables[variable])) {
    throw new Error(
      `${variable} is set and would be used again at the next start. Change the variable.`,
    );
  }
  await folder.replace(`${name}.json`, value);
}

/** Returns the variable that sets a secret: `TOKEN_KEYRING_SECRET` for `token-keyring`. */
function variableOf(name: string): string {
  return `${name.toUpperCase().replaceAll("-", "_")}_SECRET`;
}

function readPort(): number | undefined {
  return isSet(variables.PORT) ? parsePort(variables.PORT) : undefined;
}

async function interrupt(): Promise<void> {
  if (isInterrupted) return;
  isInterrupted = true;
  await stopAll();
  // Browsers may hold connections open.
  process.exit();
}

/** Stops everything in the reverse order of its start. */
async function stopAll(): Promise<void> {
  for (const stop of stopping.splice(0).reverse()) await stop().catch(() => {});
}

function oldData({ path }: DataFolder): Error {
  return new Error(
    `The folder ${path} was created by an earlier version of Grantkeep, or its file ${PASSWORD_FILE} was deleted. ` +
      "There is no upgrade: remove the folder and start again.",
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code !== "EADDRINUSE") return error.message;
  const port = "port" in error ? ` ${error.port}` : "";
  return `Port${port} is in use. Stop the process that listens on it, or use three other ports: npx grantkeep dev --port 4000`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
