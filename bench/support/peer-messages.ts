import * as v from "valibot";

const Grant = v.object({
  organizationId: v.string(),
  accessToken: v.string(),
  refreshToken: v.string(),
  expiresAt: v.pipe(v.string(), v.toDate()),
});

/** A command to the process of a peer. Each command has one response with its id. */
export const Command = v.variant("type", [
  v.object({ type: v.literal("store"), id: v.number(), grants: v.array(Grant) }),
  v.object({
    type: v.literal("load"),
    id: v.number(),
    keys: v.array(v.string()),
    inFlight: v.number(),
    milliseconds: v.number(),
  }),
  v.object({
    type: v.literal("lookUp"),
    id: v.number(),
    keys: v.array(v.string()),
    inFlight: v.number(),
  }),
  v.object({ type: v.literal("memory"), id: v.number() }),
]);
export type Command = v.InferOutput<typeof Command>;

/** The cost of lookups, with a constant number in flight, over some time. */
export const Load = v.object({
  lookups: v.number(),
  p50Micros: v.number(),
  p99Micros: v.number(),
  perSecond: v.number(),
  /** The CPU time of this process, without the server. */
  cpuMicros: v.number(),
});
export type Load = v.InferOutput<typeof Load>;

/** The result of one lookup: an access token, or the name of an error. */
export const LookupResult = v.variant("ok", [
  v.object({ ok: v.literal(true), accessToken: v.string() }),
  v.object({ ok: v.literal(false), error: v.string() }),
]);
export type LookupResult = v.InferOutput<typeof LookupResult>;

/** Bytes after a garbage collection. */
export const Memory = v.object({ rss: v.number(), heapUsed: v.number() });
export type Memory = v.InferOutput<typeof Memory>;

/** A message of the process: that it is ready, or the result of a command. */
export const Message = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({ type: v.literal("store"), id: v.number(), keys: v.array(v.string()) }),
  v.object({ type: v.literal("load"), id: v.number(), load: Load }),
  v.object({ type: v.literal("lookUp"), id: v.number(), results: v.array(LookupResult) }),
  v.object({ type: v.literal("memory"), id: v.number(), memory: Memory }),
]);
export type Message = v.InferOutput<typeof Message>;
