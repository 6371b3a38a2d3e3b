import * as v from "valibot";
import { PlatformName } from "./platforms.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000));

/**
 * A fault of one request. With `lose_reply`, `late_reply`, `truncate` and `drip` the platform handles the
 * request first, so a refresh token is used up although its client may never read the new one; the other
 * faults replace the platform's work.
 */
export const Fault = v.variant("kind", [
  v.strictObject({ kind: v.literal("none") }),
  v.strictObject({
    kind: v.literal("status"),
    status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
    headers: v.optional(v.record(v.string(), v.string()), {}),
    body: v.optional(v.union([v.string(), v.record(v.string(), v.unknown())]), ""),
  }),
  v.strictObject({ kind: v.literal("drop") }),
  v.strictObject({ kind: v.literal("lose_reply") }),
  v.strictObject({ kind: v.literal("late_reply"), milliseconds: Milliseconds }),
  v.strictObject({ kind: v.literal("hang") }),
  v.strictObject({ kind: v.literal("redirect"), location: v.pipe(v.string(), v.url()) }),
  v.strictObject({ kind: v.literal("truncate") }),
  v.strictObject({ kind: v.literal("html") }),
  v.strictObject({ kind: v.literal("huge"), megabytes: v.optional(Count, 300) }),
  v.strictObject({ kind: v.literal("drip"), milliseconds: v.optional(Milliseconds, 100) }),
]);
export type Fault = v.InferOutput<typeof Fault>;

/** A fault with the requests that it applies to, how often, and after how many milliseconds. */
export const FaultRule = v.strictObject({
  platform: PlatformName,
  method: v.optional(v.picklist(["*", "GET", "POST", "PUT", "PATCH", "DELETE"]), "*"),
  /** The path without the platform's segment; `*` matches any characters: `/api/*`. */
  path: v.optional(v.pipe(v.string(), v.regex(/^[/*]/)), "*"),
  times: v.optional(v.union([Count, v.literal("until_cleared")]), 1),
  milliseconds: v.optional(Milliseconds, 0),
  fault: v.optional(Fault, { kind: "none" }),
});
export type FaultRule = v.InferOutput<typeof FaultRule>;

/** The fault rules that still apply, in the order in which they were added. */
export interface FaultQueue {
  add(rule: FaultRule): void;
  /** Uses one of the times of the oldest rule that matches a request, and returns the rule. */
  take(platform: PlatformName, method: string, path: string): FaultRule | undefined;
  clear(): void;
}

/** Creates an empty queue. */
export function createFaultQueue(): FaultQueue {
  let queue: { rule: FaultRule; timesLeft: number }[] = [];

  return {
    add(rule) {
      const timesLeft = rule.times === "until_cleared" ? Number.POSITIVE_INFINITY : rule.times;
      queue.push({ rule, timesLeft });
    },

    take(platform, method, path) {
      const next = queue.find(({ rule }) => matches(rule, platform, method, path));
      if (!next) return undefined;

      next.timesLeft -= 1;
      queue = queue.filter(({ timesLeft }) => timesLeft > 0);
      return next.rule;
    },

    clear() {
      queue = [];
    },
  };
}

function matches(rule: FaultRule, platform: PlatformName, method: string, path: string): boolean {
  if (rule.platform !== platform) return false;
  if (rule.method !== "*" && rule.method !== method) return false;
  return toExpression(rule.path).test(path);
}

function toExpression(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
