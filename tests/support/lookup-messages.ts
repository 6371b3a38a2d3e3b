import * as v from "valibot";

/** A lookup, and how many milliseconds after the command it starts. */
const TimedEvent = v.object({ event: v.unknown(), afterMs: v.number() });

/** What a test tells a process that looks tokens up; each command has one reply of its id. */
export const Command = v.variant("type", [
  v.object({
    type: v.literal("lookUp"),
    id: v.number(),
    lookups: v.array(TimedEvent),
    remainingMs: v.number(),
  }),
  v.object({ type: v.literal("clock"), id: v.number(), aheadMs: v.number() }),
  v.object({ type: v.literal("memory"), id: v.number() }),
]);
export type Command = v.InferOutput<typeof Command>;

const Token = v.object({
  installation_id: v.string(),
  access_token: v.string(),
  expires_at: v.nullable(v.string()),
});

/** What a caller gets for one lookup. */
export const LookupResult = v.variant("ok", [
  v.object({ ok: v.literal(true), token: Token, milliseconds: v.number() }),
  v.object({ ok: v.literal(false), code: v.string(), milliseconds: v.number() }),
]);
export type LookupResult = v.InferOutput<typeof LookupResult>;

/** What a process says: that it is ready, or what became of a command. */
export const Message = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({
    type: v.literal("done"),
    id: v.number(),
    results: v.array(LookupResult),
    peakMemoryBytes: v.number(),
  }),
]);
export type Message = v.InferOutput<typeof Message>;
