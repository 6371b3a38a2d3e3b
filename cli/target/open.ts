import { notify } from "../output.ts";
import type { Target } from "./target.ts";

/**
 * Opens local mode or a deployed stage. Prints the account and region of a stage before it is used.
 *
 * @throws {Error} without credentials or a region
 */
export async function openTarget(stage: string | undefined): Promise<Target> {
  // The AWS SDK is slow to load, and `--help` does not need it.
  if (stage === undefined) return (await import("./local.ts")).openLocalMode();

  const { openStage } = await import("./stage.ts");
  const { account, region, target } = await openStage(stage);
  notify(`Account ${account}, region ${region}, stage ${stage}`);
  return target;
}
