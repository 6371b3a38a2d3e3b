import * as v from "valibot";
import { type LookupResult, Token } from "./lookup-result.ts";
import { type Sandbox, startSandboxes } from "./sandbox.ts";
import type { InvocationResult } from "./sandbox-messages.ts";

export const TOKEN_LOOKUP = "functions/token-lookup.handler";

const REMAINING_MS = 30_000;

/** A lookup, and its delay in milliseconds. */
export interface TimedLookup {
  readonly event: unknown;
  readonly afterMs: number;
}

/** A process of its own with the production handler of `token-lookup`, as one Lambda sandbox is. */
export interface LookupProcess extends Pick<Sandbox, "skewClock" | "signal" | "gone"> {
  /** Looks one thing up, as often as `times` says and all at once. */
  lookUp(
    event: unknown,
    options?: { times?: number; remainingMs?: number },
  ): Promise<LookupResult[]>;
  /** Looks many things up, each at its own time. */
  lookUpAt(lookups: readonly TimedLookup[]): Promise<LookupResult[]>;
  /** The most memory that the process has ever had. */
  peakMemoryBytes(): Promise<number>;
}

/** Starts processes in the environment of the running stack, and waits until all are ready. */
export async function startLookupProcesses(
  count: number,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LookupProcess[]> {
  const sandboxes = await startSandboxes(count, { environment, handlers: [TOKEN_LOOKUP] });
  return sandboxes.map(toLookupProcess);
}

/** Starts one process. */
export async function startLookupProcess(environment?: NodeJS.ProcessEnv): Promise<LookupProcess> {
  const [process] = await startLookupProcesses(1, environment);
  if (!process) throw new Error("It did not start.");
  return process;
}

/** A sandbox as a process that looks tokens up. */
export function toLookupProcess(sandbox: Sandbox): LookupProcess {
  async function lookUpAt(lookups: readonly TimedLookup[], remainingMs = REMAINING_MS) {
    const invocations = lookups.map((lookup) => ({ ...lookup, handler: TOKEN_LOOKUP }));
    return (await sandbox.invokeAll(invocations, remainingMs)).map(toLookupResult);
  }
  return {
    lookUpAt: (lookups) => lookUpAt(lookups),
    lookUp: (event, { times = 1, remainingMs } = {}) =>
      lookUpAt(
        Array.from({ length: times }, () => ({ event, afterMs: 0 })),
        remainingMs,
      ),
    peakMemoryBytes: async () => (await sandbox.memory()).peakBytes,
    skewClock: sandbox.skewClock,
    signal: sandbox.signal,
    gone: sandbox.gone,
  };
}

function toLookupResult(result: InvocationResult): LookupResult {
  const { milliseconds } = result;
  if (!result.ok) return { ok: false, code: result.code, milliseconds };
  return { ok: true, token: v.parse(Token, result.answer), milliseconds };
}
