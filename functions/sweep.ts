import { sweep } from "../core/operations/sweep.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { SweepRequest } from "./invoke/requests/sweep.ts";
import type { SweepResponse } from "./invoke/responses.ts";
import { sweepDeps } from "./wiring/schedules.ts";

const deps = await sweepDeps();

/** Invoked hourly as `sweep`. Ignores the scheduler's payload. */
export const handler = directFunction(
  "Sweeps",
  SweepRequest,
  async (_, context): Promise<Invocation<SweepResponse>> => {
    const response = await sweep(deps, { remainingMs: () => context.getRemainingTimeInMillis() });
    return { response, audit: {} };
  },
);
