import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { functionTable } from "../../infra/function-table.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { loadHandler } from "../../local/handlers.ts";
import { Command, type InvocationResult, type Message } from "./sandbox-messages.ts";
import { installSkewedClock, skewClock } from "./skewed-clock.ts";

type Invocations = Extract<Command, { type: "invoke" }>;

installSkewedClock();
// Handlers are loaded while the sandbox starts, as in Lambda's init.
for (const handler of process.argv.slice(2)) await loadHandler(handler);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  obey(v.parse(Command, message)).catch((error: unknown) => {
    process.stderr.write(`${error}\n`);
    process.exit(1);
  });
});
say({ type: "ready" });

async function obey(command: Command): Promise<void> {
  if (command.type === "clock") skewClock(command.aheadMs);
  if (command.type === "memory") globalThis.gc?.();
  const results = command.type === "invoke" ? await invokeAll(command) : [];
  const memoryBytes = process.memoryUsage.rss();
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  say({ type: "done", id: command.id, results, memoryBytes, peakMemoryBytes });
}

function invokeAll({ invocations, remainingMs }: Invocations): Promise<InvocationResult[]> {
  return Promise.all(
    invocations.map(async ({ handler, event, afterMs }) => {
      if (afterMs > 0) await sleep(afterMs);
      return invoke(handler, event, remainingMs);
    }),
  );
}

async function invoke(
  name: string,
  event: unknown,
  remainingMs: number,
): Promise<InvocationResult> {
  const start = performance.now();
  try {
    const handler = await loadHandler(name);
    const entry = functionTable.find((each) => each.handler === name);
    const context = createLambdaContext(entry?.name ?? name, remainingMs);
    const answer = await handler(event, context);
    return { ok: true, answer, milliseconds: performance.now() - start };
  } catch (error) {
    const { name: code, message } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, code, message, milliseconds: performance.now() - start };
  }
}

function say(message: Message): void {
  process.send?.(message);
}
