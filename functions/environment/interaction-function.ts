import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describeForeignError } from "../../core/errors.ts";
import type { DeliveryBodies } from "../../core/ports/delivery-bodies.ts";
import type {
  InteractionHandler,
  InteractionResult,
} from "../../core/ports/interaction-handler.ts";
import { writeMetric } from "./metrics.ts";
import { toEntry } from "./webhook-bus.ts";

const NO_ANSWER: InteractionResult = { type: "no_answer" };

/** Creates the handler of interactions that invokes a function of the bot, with the event that the bus would get. */
export function createInteractionFunction(
  functionArn: string,
  bodies: Pick<DeliveryBodies, "createUrl">,
): InteractionHandler {
  // A second invocation would handle the interaction twice.
  const client = new LambdaClient({ maxAttempts: 1 });
  return {
    async handle(event, { timeoutMs }) {
      const { source, detailType, time, detail } = await toEntry(bodies, event);
      const head = JSON.stringify({ source, "detail-type": detailType, time });
      const command = new InvokeCommand({
        FunctionName: functionArn,
        Payload: Buffer.from(`${head.slice(0, -1)},"detail":${detail}}`),
      });
      const abortSignal = AbortSignal.timeout(timeoutMs);
      try {
        const { FunctionError, Payload } = await client.send(command, { abortSignal });
        if (FunctionError !== undefined) {
          countFailure("function error");
          return NO_ANSWER;
        }
        const body: unknown = JSON.parse(Payload?.transformToString() || "null");
        return { type: "answer", body };
      } catch (error) {
        countFailure(abortSignal.aborted ? "timeout" : describeForeignError(error));
        return wasRefused(error) ? { type: "not_invoked" } : NO_ANSWER;
      }
    },
  };
}

/** Returns whether Lambda refused the invocation, e.g. because of its concurrency. */
function wasRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    "$fault" in error &&
    error.$fault === "client" &&
    error.name !== "TimeoutError"
  );
}

function countFailure(reason: string): void {
  writeMetric({ metric: "InteractionFailures", dimensions: [[]], fields: { reason } });
}
