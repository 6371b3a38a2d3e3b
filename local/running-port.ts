import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import * as v from "valibot";
import { isForbiddenPort } from "../emulators/forbidden-ports.ts";
import { type DataFolder, findDataFolder } from "./data-folder.ts";

/** Local mode uses its port and the next two. */
const LAST_PORT = 65_533;

const FILE = "running.json";
/** The port of the last start, also after local mode was stopped. */
const LAST_FILE = "last-port.json";

const Running = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LAST_PORT)) }),
);

/**
 * Parses the port of local mode.
 *
 * @throws {Error} unless it is a number from 1 to 65533, and browsers connect to it and to the next two
 */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > LAST_PORT) {
    throw new Error(`The port must be a number from 1 to ${LAST_PORT}.`);
  }
  const forbidden = [port, port + 1, port + 2].find(isForbiddenPort);
  if (forbidden === undefined) return port;
  const uses = forbidden === port ? "" : `, which local mode on port ${port} would use`;
  throw new Error(`Browsers do not connect to port ${forbidden}${uses}. Use another port.`);
}

/** Stores the port that local mode runs on, so that commands find it. Returns a function that deletes it. */
export async function recordRunningPort(
  folder: DataFolder,
  checkout: string,
  port: number,
): Promise<() => Promise<void>> {
  await folder.replace(FILE, JSON.stringify({ port }));
  return async () => {
    // Another local mode, with its own database, may have stored its port since.
    const root = await findDataFolder(checkout);
    if (root && (await findRunningPort(checkout)) === port) await rm(path.join(root, FILE));
  };
}

/** Returns the port that local mode runs on. After a crash, returns the last one. */
export async function findRunningPort(checkout: string): Promise<number | undefined> {
  const folder = await findDataFolder(checkout);
  if (folder === undefined) return undefined;
  const text = await readFile(path.join(folder, FILE), "utf8").catch(() => undefined);
  const running = v.safeParse(Running, text);
  return running.success ? running.output.port : undefined;
}

/** Stores the port for the next start. */
export async function rememberPort(folder: DataFolder, port: number): Promise<void> {
  await folder.replace(LAST_FILE, JSON.stringify({ port }));
}

/** Returns the port of the last start, if it and the next two are free. */
export async function recallPort(folder: DataFolder): Promise<number | undefined> {
  const last = v.safeParse(Running, await folder.read(LAST_FILE));
  if (!last.success) return undefined;
  const { port } = last.output;
  const free = await Promise.all([port, port + 1, port + 2].map(isFree));
  return free.every(Boolean) ? port : undefined;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
