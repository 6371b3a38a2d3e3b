import { type ChildProcess, execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Variables } from "../../local/variables.ts";
import { startTestStack, type TestStack, type TestStackOptions } from "./stack.ts";

const LOWEST_PORT = 11_000;
/** Linux gives ports from here on to clients, and to servers that listen on port 0. */
const FIRST_CLIENT_PORT = 32_768;

export const LAUNCHER = path.resolve(import.meta.dirname, "../../cli/grantkeep.mjs");

export const COMMANDS = [
  "dev",
  "status",
  "list",
  "show",
  "link",
  "lookup",
  "disable",
  "enable",
  "why",
  "logs",
  "health-check",
  "check",
  "import",
  "export",
  "rotate-keys",
  "setup",
  "replay",
  "keyring",
  "migrate",
  "completion",
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

/** Ends a detached process and all that it started. */
export function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}

/** An environment without AWS credentials or a home folder that could hold some. */
export function cleanEnvironment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const home = path.join(tmpdir(), "gk-no-home");
  return { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: "true", ...variables };
}

/** Starts a stack on consecutive ports, where commands find it by `PORT`. */
export async function startCommandStack(
  load?: TestStackOptions["load"],
  variables: Variables = {},
): Promise<{ stack: TestStack; environment: { PORT: string } }> {
  const port = await findFreePorts();
  const stack = await startTestStack(variables, { port, ...(load && { load }) });
  return { stack, environment: { PORT: String(port) } };
}

/** Returns the first of three consecutive ports on which nothing listens, and which no client is given. */
export async function findFreePorts(): Promise<number> {
  for (;;) {
    const first = randomInt(LOWEST_PORT, FIRST_CLIENT_PORT - 2);
    const listeners = await Promise.allSettled([first, first + 1, first + 2].map(listenOn));
    for (const listener of listeners) if (listener.status === "fulfilled") await listener.value();
    if (listeners.every(({ status }) => status === "fulfilled")) return first;
  }
}

/** Returns a function that stops listening. */
async function listenOn(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
