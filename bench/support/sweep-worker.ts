import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { SWEEP_SECONDS } from "./sweep-process.ts";

const { handler } = await import("../../functions/sweep.ts");

// A sandbox of `sweep`: each message is an invocation. The parent process discards the log lines of the handler.
process.on("disconnect", () => process.exit());
process.on("message", async () => {
  const start = performance.now();
  const result = await handler({}, createLambdaContext("sweep", SWEEP_SECONDS * 1000));
  process.send?.({ result, milliseconds: performance.now() - start });
});
process.send?.("ready");
