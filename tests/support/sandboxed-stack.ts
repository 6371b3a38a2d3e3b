import type { LambdaHandler } from "../../local/aws/lambda-context.ts";
import type { Variables } from "../../local/variables.ts";
import { createTestDatabase } from "./database.ts";
import { type LookupProcess, toLookupProcess } from "./lookup-process.ts";
import { type Sandbox, type SandboxOptions, startSandbox, startSandboxes } from "./sandbox.ts";
import { startTestStack, type TestStack } from "./stack.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** The handlers that most requests need. */
const HANDLERS = ["token-lookup", "installations/list", "installations/create", "authorize"].map(
  (name) => `functions/${name}.handler`,
);

export interface SandboxedStackOptions {
  readonly variables?: Variables;
  readonly sandboxes?: number;
  /** Another server than that of the run. */
  readonly serverUrl?: string;
  readonly execArgv?: readonly string[];
}

/** The whole stack with its handlers in processes of their own, behind a network that can fail. */
export interface SandboxedStack extends TestStack {
  readonly sandboxes: readonly Sandbox[];
  /** The sandboxes, as processes that look tokens up. */
  readonly lookups: readonly LookupProcess[];
  /** Between the sandboxes and the database. */
  readonly proxy: TcpProxy;
  /** Sends all requests to these sandboxes, in turn. */
  use(sandboxes: readonly Sandbox[]): void;
  /** Starts a sandbox more, which is cold. */
  startCold(options?: SandboxOptions): Promise<Sandbox>;
  /** Milliseconds that each request took in its sandbox, since the last time this was asked. */
  takeTimes(): number[];
}

/** Starts the stack for a test file. */
export async function startSandboxedStack(
  options: SandboxedStackOptions = {},
): Promise<SandboxedStack> {
  const { variables = {}, sandboxes: count = 1, serverUrl, execArgv = [] } = options;
  const database = await createTestDatabase(serverUrl);
  const proxy = await startTcpProxy(database.settings);
  const throughProxy = new URL(database.url);
  throughProxy.port = String(proxy.port);
  let output = "";
  let used: readonly Sandbox[] = [];
  let turn = 0;
  let times: number[] = [];

  const load = async (name: string): Promise<LambdaHandler> => {
    return async (event, context) => {
      const sandbox = used[turn % used.length];
      turn += 1;
      const remainingMs = context.getRemainingTimeInMillis();
      const result = await sandbox?.invoke(name, event, remainingMs);
      if (!result) throw new Error("There is no sandbox.");
      times.push(result.milliseconds);
      if (result.ok) return result.answer;
      throw Object.assign(new Error(result.message), { name: result.code });
    };
  };
  const stack = await startTestStack(
    { DATABASE_URL: throughProxy.href, ...variables },
    { database, load },
  );
  const startCold = (more: SandboxOptions = {}) => startSandbox({ onOutput: collect, ...more });
  function collect(text: string): void {
    output += text;
  }
  const sandboxes = await startSandboxes(count, {
    handlers: HANDLERS,
    execArgv,
    onOutput: collect,
  });
  used = sandboxes;

  return {
    ...stack,
    output: () => output,
    proxy,
    sandboxes,
    lookups: sandboxes.map(toLookupProcess),
    use(chosen) {
      used = chosen;
    },
    startCold,
    takeTimes() {
      const taken = times;
      times = [];
      return taken;
    },
  };
}
