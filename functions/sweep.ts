import * as v from "valibot";
import { sweep } from "../core/operations/sweep.ts";
import { directFunction } from "./invoke/direct-function.ts";
import { maintenanceDeps } from "./wiring/dependencies.ts";

const deps = await maintenanceDeps();

/** Invoked on a schedule as `sweep`; whatever the scheduler sends is of no interest. */
export const handler = directFunction("Sweeps", v.unknown(), async (_, context) => {
  const answer = await sweep(deps, { remainingMs: () => context.getRemainingTimeInMillis() });
  return { answer, audit: {} };
});
