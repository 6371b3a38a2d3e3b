import * as v from "valibot";

/** The message that starts a process: what it looks up, from which place in the list on. */
export const Lookups = v.object({
  grants: v.array(v.object({ organizationId: v.string(), accessToken: v.string() })),
  start: v.number(),
});
export type Lookups = v.InferOutput<typeof Lookups>;

/** A Slack installation whose access token is known. */
export type KnownGrant = Lookups["grants"][number];

/** A message of a process that looks up tokens. */
export const Report = v.object({
  milliseconds: v.array(v.number()),
  failures: v.array(v.string()),
});
export type Report = v.InferOutput<typeof Report>;
