import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MEMORY_MB, REQUEST_TIMEOUT_SECONDS, RUNTIME } from "../../infra/runtime.ts";
import { type FunctionError, type Outcome, startRuntimeApi } from "./runtime-api.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const RUNTIME_CLIENT = path.join(ROOT, "bench/node_modules/aws-lambda-ric/index.mjs");
const RAPID_CLIENT = path.join(import.meta.dirname, "rapid-client.cjs");

export interface SandboxOptions {
  /** The bundle; it exports `handler`. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The function's timeout. */
  readonly timeoutMs?: number;
}

/** An execution environment of Lambda: a process of AWS's runtime client that runs a bundle. */
export interface Sandbox {
  readonly pid: number;
  /** The time from the start of the process to its first request for an event. */
  readonly init: Timing;
  /** Passes an event to the function. At the timeout, the sandbox is stopped. */
  invoke(event: unknown): Promise<Outcome>;
  /** Returns the output so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Returns the number of open sockets. Linux only. */
  sockets(): Promise<number>;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  stop(): Promise<void>;
}

/** Milliseconds, and the part of them in which the main thread waited for a processor. */
interface Timing {
  readonly wallMs: number;
  readonly queuedMs: number;
}

/** A failed init phase, as Lambda reports it. */
class InitError extends Error {
  readonly error: FunctionError;

  constructor(error: FunctionError) {
    super(error.errorMessage);
    this.name = "InitError";
    this.error = error;
  }
}

/**
 * Starts a sandbox and waits for the end of its init phase.
 *
 * @throws {InitError}
 */
export async function startSandbox({
  file,
  environment,
  timeoutMs = REQUEST_TIMEOUT_SECONDS * 1000,
}: SandboxOptions): Promise<Sandbox> {
  const folder = path.dirname(file);
  const api = await startRuntimeApi(path.basename(folder));
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--require", RAPID_CLIENT, RUNTIME_CLIENT], {
    cwd: folder,
    env: { ...lambdaEnvironment(folder, api.address), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid = 0 } = child;
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  const gone = once(child, "exit").then(() => exitError());

  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
    await api.close();
  };

  const initError = await Promise.race([api.initialized, gone]);
  const wallMs = performance.now() - startedAt;
  if (initError) {
    await stop();
    throw new InitError(initError);
  }
  return {
    pid,
    init: { wallMs, queuedMs: await queuedMs(pid) },
    async invoke(event) {
      const limit = new AbortController();
      const timedOut = sleep(timeoutMs, timeoutError(timeoutMs), { signal: limit.signal });
      timedOut.catch(() => {});
      const error = await Promise.race([api.invoke(event, timeoutMs), timedOut, gone]);
      limit.abort();
      if ("ok" in error) return error;
      await stop();
      return { ok: false, error };
    },
    output: () => ({ ...output }),
    sockets: () => countSockets(pid),
    signal: (name) => child.kill(name),
    stop,
  };
}

/** Returns the milliseconds that the main thread of a process has waited for a processor. Linux only; otherwise 0. */
export async function queuedMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${pid}/schedstat`, "utf8").catch(() => "");
  return Number(text.split(" ")[1] ?? 0) / 1e6;
}

async function countSockets(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    files.map((file) => readlink(path.join(folder, file)).catch(() => "")),
  );
  return targets.filter((target) => target.startsWith("socket:")).length;
}

/** @see [Environment variables](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime) */
function lambdaEnvironment(folder: string, runtimeApi: string): Record<string, string> {
  const name = path.basename(folder);
  return {
    _HANDLER: "bundle.handler",
    AWS_EXECUTION_ENV: `AWS_Lambda_${RUNTIME}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${MEMORY_MB}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    LAMBDA_TASK_ROOT: folder,
    TZ: ":UTC",
  };
}

function timeoutError(timeoutMs: number): FunctionError {
  const errorMessage = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return { errorType: "Sandbox.Timedout", errorMessage, trace: [] };
}

function exitError(): FunctionError {
  return { errorType: "Runtime.ExitError", errorMessage: "Runtime exited", trace: [] };
}
