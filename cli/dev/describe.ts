import { styled } from "../styles.ts";
import { parseLine } from "../target/line-fields.ts";
import { toClock } from "../time.ts";
import { isFailure } from "../why/cases.ts";
import { describeLine, isCounter, isRoutine } from "../why/describe-line.ts";

/** Returns the sentence for a log line that a person sees as it is written; `undefined` for one that says nothing new. */
export function describeForPerson(functionName: string, text: string): string | undefined {
  const fields = parseLine(text);
  if (!fields) return undefined;
  const time = new Date();
  const line = { id: "", time, functionName, fields, text };
  if (isCounter(line) || isRoutine(line)) return undefined;
  const { platform, organization_id: organization, request_id: request } = fields;
  const about = [platform, organization].filter((id) => id !== undefined).join(" ");
  const isBad = isFailure(line);
  const mark = isBad ? styled("red", "✗") : styled("green", "✓");
  const next = isBad && request !== undefined ? `npx grantkeep why ${request}` : "";
  const rest = [about, next].filter((part) => part !== "").map((part) => styled("dim", part));
  return [toClock(time), mark, describeLine(line), ...rest].join("  ");
}

/** Returns the line for something else that happened. */
export function describeHappening(text: string): string {
  return `${toClock(new Date())}  ${styled("cyan", "●")}  ${text}`;
}
