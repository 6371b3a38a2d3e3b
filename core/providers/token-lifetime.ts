import * as v from "valibot";

/** How long a platform says that a token lives: seconds, of which ten years are more than any has. */
export const LifetimeSeconds = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.maxValue(10 * 365 * 86_400),
);
