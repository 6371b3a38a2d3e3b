import { print } from "../output.ts";
import { styled } from "../styles.ts";
import { timeZone, toClock } from "../time.ts";
import { type Case, isFailure } from "./cases.ts";
import { describeLine } from "./describe-line.ts";
import type { Explanation } from "./explain.ts";

/** The most lines of a timeline that are printed. */
const MAX_LINES = 40;

/** A case with its explanation, and what is stored now. */
export interface ExplainedCase extends Explanation {
  readonly found: Case;
  readonly now: readonly string[];
}

/** Prints why something happened, what to do next, and what is stored now. */
export function printAdvice({ why, next, now }: Omit<ExplainedCase, "found" | "what">): void {
  print(`${styled("bold", "Why")}   ${why}`);
  print(`${styled("bold", "Do")}    ${next}`);
  for (const sentence of now) print(`${styled("bold", "Now")}   ${sentence}`);
}

/** Prints what happened, in order, why, and what to do next. */
export function printCase({ found, what, ...advice }: ExplainedCase): void {
  const { conclusion, count, lines } = found;
  const times = count > 1 ? ` (${count} times, most recently then)` : "";
  const color = isFailure(conclusion) ? "red" : "green";
  print(styled(["bold", color], `${toClock(conclusion.time)}  ${what}${times}`));
  print("");
  if (lines.length > MAX_LINES) print(`  … ${lines.length - MAX_LINES} earlier lines`);
  for (const line of lines.slice(-MAX_LINES)) {
    const text = `${toClock(line.time)}  ${line.functionName.padEnd(16)}  ${describeLine(line)}`;
    print(`  ${line === conclusion ? styled("bold", text) : text}`);
  }
  print("");
  printAdvice(advice);
  const ids = idsOf(found).map(([name, id]) => `${name} ${id}`);
  print(styled("dim", `${ids.join(", ")}; times are in ${timeZone()}`));
}

/** Returns a case for programs. */
export function toJson({ found, ...explanation }: ExplainedCase) {
  return {
    ...explanation,
    ...Object.fromEntries(idsOf(found)),
    time: found.conclusion.time,
    count: found.count,
    lines: found.lines.map((line) => ({
      time: line.time,
      function: line.functionName,
      text: describeLine(line),
    })),
  };
}

function idsOf({ conclusion: { fields } }: Case): [name: string, id: string][] {
  const ids: [string, string | undefined][] = [
    ["request", fields.request_id],
    ["organization", fields.organization_id],
    ["installation", fields.installation_id],
    ["caller", fields.caller],
    ["delivery", fields.delivery_id],
    ["link", fields.link_id],
  ];
  return ids.flatMap(([name, id]) => (id === undefined ? [] : [[name, id]]));
}
