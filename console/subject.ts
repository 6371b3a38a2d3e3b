import type { Target } from "../cli/target/target.ts";
import type { Subject } from "./context.ts";

/** Returns local mode as the console shows it, whose platforms are emulated. */
export function localSubject(target: Target, platformsUrl: string): Subject {
  return {
    target,
    stage: undefined,
    account: "",
    region: "",
    identify: async () => "the developer of this machine",
    controlUrl: `${platformsUrl}/_control`,
  };
}
