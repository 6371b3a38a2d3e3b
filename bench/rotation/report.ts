import * as v from "valibot";

/** What a process that looks tokens up says from time to time. */
export const Report = v.object({
  milliseconds: v.array(v.number()),
  failures: v.array(v.string()),
});
export type Report = v.InferOutput<typeof Report>;
