import * as v from "valibot";
import type { EventTarget } from "./event-delivery.ts";
import { FUNCTION_ERROR, invokeFunction, type LambdaFunctions } from "./lambda-invoke.ts";

const Json = v.pipe(v.string(), v.parseJson());

const Failure = v.pipe(v.string(), v.parseJson(), v.object({ errorType: v.string() }));

/** A function failed to process an event. */
export class FunctionFailure extends Error {
  readonly functionName: string;
  /** The parsed response of Lambda. */
  readonly payload: unknown;

  constructor(functionName: string, body: string) {
    super(describeFailure(body));
    this.functionName = functionName;
    const payload = v.safeParse(Json, body);
    this.payload = payload.success ? payload.output : null;
  }
}

/** A rule of a bus: the function that gets the events with this source and one of these types. */
export interface EventRule {
  readonly bus: string;
  readonly source: string;
  readonly detailTypes: readonly string[];
  readonly functionName: string;
}

/** Creates the target of a rule. An event that a function fails to process is delivered again. */
export function createFunctionTarget(
  { bus, source, detailTypes, functionName }: EventRule,
  functions: LambdaFunctions,
): EventTarget {
  return {
    name: `the function ${functionName}`,
    accepts: (event) =>
      event.bus === bus && event.source === source && detailTypes.includes(event.detailType),
    async deliver(event) {
      const payload = JSON.stringify(event);
      const { status, headers, body } = await invokeFunction(functions, {
        functionName,
        type: "RequestResponse",
        payload,
      });
      if (status !== 200 || headers[FUNCTION_ERROR] !== undefined)
        throw new FunctionFailure(functionName, `${body}`);
    },
  };
}

/** Returns one sentence with the type of the error, which is not a secret. */
function describeFailure(body: string): string {
  const failure = v.safeParse(Failure, body);
  return failure.success ? `It failed: ${failure.output.errorType}` : "It failed.";
}
