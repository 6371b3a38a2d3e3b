import { type ChildProcess, execFile } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Variables } from "../../local/variables.ts";
import { findFreePorts } from "./free-ports.ts";
import { startTestStack, type TestStack, type TestStackOptions } from "./stack.ts";

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
  "console",
  "import",
  "export",
  "erase",
  "rotate-keys",
  "setup",
  "dead-letters",
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
