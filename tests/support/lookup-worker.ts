import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { createLambdaContext } from "../../local/lambda-context.ts";
import { Command, LookupResult, type Message } from "./lookup-messages.ts";
import { installSkewedClock, skewClock } from "./skewed-clock.ts";

type Lookups = Extract<Command, { type: "lookUp" }>;

installSkewedClock();
const { handler } = await import("../../functions/token-lookup.ts");

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
  const results = command.type === "lookUp" ? await lookUpAll(command) : [];
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  say({ type: "done", id: command.id, results, peakMemoryBytes });
}

function lookUpAll({ lookups, remainingMs }: Lookups): Promise<LookupResult[]> {
  return Promise.all(
    lookups.map(async ({ event, afterMs }) => {
      if (afterMs > 0) await sleep(afterMs);
      return lookUp(event, remainingMs);
    }),
  );
}

async function lookUp(event: unknown, remainingMs: number): Promise<LookupResult> {
  const start = performance.now();
  const context = createLambdaContext("token-lookup", remainingMs);
  try {
    const token = await handler(event, context);
    return v.parse(LookupResult, { ok: true, token, milliseconds: performance.now() - start });
  } catch (error) {
    const code = error instanceof Error ? error.name : String(error);
    return { ok: false, code, milliseconds: performance.now() - start };
  }
}

function say(message: Message): void {
  process.send?.(message);
}
