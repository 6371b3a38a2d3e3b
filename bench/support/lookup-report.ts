import * as v from "valibot";

/** A message of a process that looks up tokens. */
export const Report = v.object({
  milliseconds: v.array(v.number()),
  failures: v.array(v.string()),
});
export type Report = v.InferOutput<typeof Report>;
