import * as v from "valibot";
import { IsoTimestamp } from "../../functions/http/iso-timestamp.ts";

/** The most events that are read from the queue of one function. */
export const MAX_DEAD_LETTERS = 50;

/** The parts of an event that are printed. */
export const LostEvent = v.object({
  "detail-type": v.string(),
  time: IsoTimestamp,
  detail: v.object({ delivery_id: v.optional(v.string()) }),
});
type LostEvent = v.InferOutput<typeof LostEvent>;

/** An event that a function behind a rule of the event bus did not process. */
export interface DeadLetter {
  readonly functionName: string;
  readonly queueUrl: string;
  /** The service that put the message into the queue; `undefined` if it has another form. */
  readonly sentBy: "EventBridge" | "Lambda" | undefined;
  readonly failedAt: Date;
  /** The code of Grantkeep, or the type of the error of AWS. */
  readonly error: string;
  /** A sentence about the error; absent if it could contain anything. */
  readonly message: string | undefined;
  /** `undefined` if the function was not started. */
  readonly attempts: number | undefined;
  /** `undefined` if the message does not have an event of Grantkeep. */
  readonly event: LostEvent | undefined;
}
