import * as v from "valibot";

/** An event for a handler, and how many milliseconds after the command it comes. */
const TimedInvocation = v.object({ handler: v.string(), event: v.unknown(), afterMs: v.number() });
export type TimedInvocation = v.InferOutput<typeof TimedInvocation>;

/** A command of a test to a sandbox. Each command has one reply with its id. */
export const Command = v.variant("type", [
  v.object({
    type: v.literal("invoke"),
    id: v.number(),
    invocations: v.array(TimedInvocation),
    remainingMs: v.number(),
  }),
  v.object({ type: v.literal("clock"), id: v.number(), aheadMs: v.number() }),
  v.object({ type: v.literal("memory"), id: v.number() }),
]);
export type Command = v.InferOutput<typeof Command>;

/** The result of one invocation: the response, or the name of the error. */
export const InvocationResult = v.variant("ok", [
  v.object({ ok: v.literal(true), answer: v.unknown(), milliseconds: v.number() }),
  v.object({
    ok: v.literal(false),
    code: v.string(),
    message: v.string(),
    milliseconds: v.number(),
  }),
]);
export type InvocationResult = v.InferOutput<typeof InvocationResult>;

/** A message of a sandbox: that it is ready, or the result of a command. */
export const Message = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({
    type: v.literal("done"),
    id: v.number(),
    results: v.array(InvocationResult),
    memoryBytes: v.number(),
    peakMemoryBytes: v.number(),
  }),
]);
export type Message = v.InferOutput<typeof Message>;
