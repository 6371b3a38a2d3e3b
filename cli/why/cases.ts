import type { LogLine } from "../target/log-lines.ts";
import { isCounter } from "./describe-line.ts";

/** The outcomes of deliveries that did not reach a bot. */
const LOST = ["unclaimed", "inactive", "delayed"];
/** Copies, which say nothing about the delivery itself. */
const COPIES = ["repeated", "busy"];

/** The lines about one request, delivery or link, and the line with its result. */
export interface Case {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  readonly conclusion: LogLine;
  /** How many requests ended in the same way, this one included. */
  readonly count: number;
}

/** Returns whether a line says that something failed, or did not reach a bot. */
export function isFailure({ fields }: LogLine): boolean {
  if (fields.error !== undefined) return true;
  return "Deliveries" in fields && LOST.includes(fields.outcome ?? "");
}

/** Returns the case of all lines about one request, delivery or link; `undefined` without any. */
export function toCase(lines: readonly LogLine[], count = 1): Case | undefined {
  const told = lines.filter((line) => !isCounter(line));
  const [conclusion] = told.toSorted(
    (one, other) => rankOf(one) - rankOf(other) || other.time.getTime() - one.time.getTime(),
  );
  return conclusion && { lines: told, conclusion, count };
}

/** Returns a case for each way in which requests failed, the last request of each; the newest case first. */
export function toFailedCases(lines: readonly LogLine[]): Case[] {
  const failed = lines.filter((line) => isFailure(line) && !isCounter(line));
  const requests = Map.groupBy(failed, ({ fields, id }) => fields.request_id ?? id);
  const cases = [...requests.values()].flatMap((ofRequest) => toCase(ofRequest) ?? []);
  const alike = Map.groupBy(cases, ({ conclusion: { functionName, fields } }) =>
    [functionName, fields.installation_id, fields.error, fields.reason, fields.outcome].join(),
  );
  return [...alike.values()]
    .flatMap((same) => {
      const last = same.at(-1);
      return last ? [{ ...last, count: same.length }] : [];
    })
    .toSorted((one, other) => other.conclusion.time.getTime() - one.conclusion.time.getTime());
}

/** Returns the order in which lines say how something ended: a failure before its consequences. */
function rankOf(line: LogLine): number {
  const { fields } = line;
  const isCopy = "Deliveries" in fields && COPIES.includes(fields.outcome ?? "");
  if ("Lookups" in fields) return isFailure(line) ? 0 : 3;
  if (fields.message === "failure") return 1;
  if ("Deliveries" in fields && !isCopy) return 1;
  if (isFailure(line)) return 2;
  return isCopy ? 4 : 5;
}
