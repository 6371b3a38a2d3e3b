import { tick } from "../core/operations/tick.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { TickRequest } from "./invoke/requests/tick.ts";
import type { TickResponse } from "./invoke/responses.ts";
import { tickDeps } from "./wiring/schedules.ts";

const deps = await tickDeps();

/** Invoked every two minutes as `tick`. Ignores the scheduler's payload. */
export const handler = directFunction(
  "Ticks",
  TickRequest,
  async (_, context): Promise<Invocation<TickResponse>> => {
    const response = await tick(deps, { remainingMs: () => context.getRemainingTimeInMillis() });
    return { response, audit: {} };
  },
);
