import * as v from "valibot";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { createDelivery } from "./delivery.ts";
import { type Load, Order } from "./messages.ts";

const TIMEOUT_MS = 8_000;

const Handler = v.object({ handler: v.function() });
const Reply = v.object({ statusCode: v.number() });

// A sandbox of the handler that the argument names. The parent process discards its log lines.
const { handler } = v.parse(Handler, await import(`../../${process.argv[2]}`));
process.on("disconnect", () => process.exit());
process.on("message", async (message) => {
  process.send?.(await perform(v.parse(Order, message)));
});
process.send?.("ready");

async function perform({ installationId, inFlight, milliseconds }: Order): Promise<Load> {
  const load: Load = { milliseconds: [], perSecond: 0, cpuMicros: 0, failures: [] };
  const cpuBefore = process.cpuUsage();
  const start = performance.now();

  async function deliverInTurn(): Promise<void> {
    while (performance.now() - start < milliseconds) {
      const event = createDelivery(installationId);
      const startedAt = performance.now();
      const reply = await handler(event, createLambdaContext("webhooks-github", TIMEOUT_MS));
      load.milliseconds.push(performance.now() - startedAt);
      const { statusCode } = v.parse(Reply, reply);
      if (statusCode !== 202) load.failures.push(statusCode);
    }
  }
  await Promise.all(Array.from({ length: inFlight }, deliverInTurn));

  const { user, system } = process.cpuUsage(cpuBefore);
  const count = load.milliseconds.length;
  const perSecond = (count / (performance.now() - start)) * 1_000;
  return { ...load, perSecond, cpuMicros: (user + system) / count };
}
