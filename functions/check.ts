import { checkStage } from "../core/operations/stage-check/run.ts";
import { roleNamesOf } from "../core/postgres/roles.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { CheckRequest } from "./invoke/requests/check.ts";
import type { CheckResponse } from "./invoke/responses.ts";
import { stageCheckDeps } from "./wiring/stage-check.ts";

/** The checks stop to call platforms after this time; the function has more. */
const CALLS_MS = 60_000;

const deps = await stageCheckDeps();

/** Invoked as `check`: checks what a stage needs to work, with the rights of the functions. */
export const handler = directFunction(
  "Checks",
  CheckRequest,
  async ({ stage }, context): Promise<Invocation<CheckResponse>> => {
    const checks = await checkStage(deps, {
      databaseUser: stage === undefined ? undefined : roleNamesOf(stage).writer,
      remainingMs: () => context.getRemainingTimeInMillis(),
      signal: AbortSignal.timeout(CALLS_MS),
    });
    return { response: { checks }, audit: {} };
  },
);
