import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { startTestStack, type TestStack, type TestStackOptions } from "./stack.ts";

export const LAUNCHER = path.resolve(import.meta.dirname, "../../cli/grantkeep.mjs");

export const COMMANDS = [
  "dev",
  "list",
  "lookup",
  "health-check",
  "import",
  "export",
  "rotate-keys",
  "keyring",
  "migrate",
] as const;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `grantkeep` in a process of its own. It inherits nothing from the environment but `PATH`. */
export function runCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  return runProcess(process.execPath, [LAUNCHER, ...args], environment);
}

/** Runs a line of Bash in which `grantkeep` is the command. It fails if any part of a pipe fails. */
export function runInShell(line: string, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const script = `set -o pipefail; grantkeep() { "$NODE" "$LAUNCHER" "$@"; }; ${line}`;
  const variables = { NODE: process.execPath, LAUNCHER, ...environment };
  return runProcess("bash", ["-c", script], variables);
}

/** Runs a program to its end. */
export function runProcess(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const settings = { env: cleanEnvironment(environment), maxBuffer: 10_000_000 };
    execFile(file, args, settings, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

/** An environment without AWS credentials or a home folder that could hold some. */
export function cleanEnvironment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const home = path.join(tmpdir(), "gk-no-home");
  return { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: "true", ...variables };
}

/** Starts a stack on consecutive ports, where commands find it by `PORT`. */
export async function startCommandStack(
  load?: TestStackOptions["load"],
): Promise<{ stack: TestStack; environment: { PORT: string } }> {
  const port = await findFreePorts();
  const stack = await startTestStack({}, { port, ...(load && { load }) });
  return { stack, environment: { PORT: String(port) } };
}

/** Returns the first of three consecutive ports on which nothing listens. */
export async function findFreePorts(): Promise<number> {
  for (;;) {
    const [first, close] = await listenOn(0);
    const others = await Promise.allSettled([listenOn(first + 1), listenOn(first + 2)]);
    const isFree = others.every(({ status }) => status === "fulfilled");
    for (const other of others) if (other.status === "fulfilled") await other.value[1]();
    await close();
    if (isFree) return first;
  }
}

async function listenOn(port: number): Promise<[port: number, close: () => Promise<void>]> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const chosen = typeof address === "object" && address !== null ? address.port : port;
  return [chosen, () => new Promise((resolve) => server.close(() => resolve()))];
}
