import { notify } from "../output.ts";
import type { Target } from "./target.ts";

/**
 * Opens local mode or a deployed stage. Of a stage, prints where it is before anything is done there.
 *
 * @throws {Error} without credentials or a region
 */
export async function openTarget(stage: string | undefined): Promise<Target> {
  // The AWS SDK takes longer to load than all else: `--help` goes without it.
  if (stage === undefined) return (await import("./local.ts")).openLocalMode();

  const { openStage } = await import("./stage.ts");
  const { account, region, target } = await openStage(stage);
  notify(`Account ${account}, region ${region}, stage ${stage}`);
  return target;
}
