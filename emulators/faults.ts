import * as v from "valibot";
import { PlatformName } from "./platform.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000));

/**
 * What goes wrong. `lose_reply`, `truncate` and `drip` let the platform do its work first, so a
 * refresh token is spent although its client never reads the new one; the others do not.
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
  v.strictObject({ kind: v.literal("hang") }),
  v.strictObject({ kind: v.literal("redirect"), location: v.pipe(v.string(), v.url()) }),
  v.strictObject({ kind: v.literal("truncate") }),
  v.strictObject({ kind: v.literal("html") }),
  v.strictObject({ kind: v.literal("huge"), megabytes: v.optional(Count, 300) }),
  v.strictObject({ kind: v.literal("drip"), milliseconds: v.optional(Milliseconds, 100) }),
]);
export type Fault = v.InferOutput<typeof Fault>;

/** Which requests a fault befalls, how often, and how many `milliseconds` late. */
export const FaultRule = v.strictObject({
  platform: PlatformName,
  method: v.optional(v.picklist(["*", "GET", "POST", "PUT", "PATCH", "DELETE"]), "*"),
  /** Below the platform's segment; `*` stands for anything: `/api/*`. */
  path: v.optional(v.pipe(v.string(), v.regex(/^[/*]/)), "*"),
  times: v.optional(v.union([Count, v.literal("until_cleared")]), 1),
  milliseconds: v.optional(Milliseconds, 0),
  fault: v.optional(Fault, { kind: "none" }),
});
export type FaultRule = v.InferOutput<typeof FaultRule>;

/** The faults that are yet to happen. */
export interface Faults {
  add(rule: FaultRule): void;
  /** The oldest rule that fits, with one of its times used up. */
  take(platform: PlatformName, method: string, path: string): FaultRule | undefined;
  clear(): void;
}

/** An empty queue of faults. */
export function createFaults(): Faults {
  let queue: { rule: FaultRule; timesLeft: number }[] = [];

  return {
    add(rule) {
      const timesLeft = rule.times === "until_cleared" ? Number.POSITIVE_INFINITY : rule.times;
      queue.push({ rule, timesLeft });
    },

    take(platform, method, path) {
      const next = queue.find(({ rule }) => fits(rule, platform, method, path));
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

function fits(rule: FaultRule, platform: PlatformName, method: string, path: string): boolean {
  if (rule.platform !== platform) return false;
  if (rule.method !== "*" && rule.method !== method) return false;
  return toExpression(rule.path).test(path);
}

function toExpression(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
