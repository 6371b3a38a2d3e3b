import type { Target } from "../cli/target/target.ts";
import type { Subject } from "./context.ts";

/** Returns local mode as the console shows it, whose platforms are emulated. */
export function localSubject(
  target: Target,
  { url, platforms }: { readonly url: string; readonly platforms: { readonly url: string } },
): Subject {
  return {
    target,
    stage: undefined,
    account: "",
    region: "",
    identify: async () => "the developer of this machine",
    publicUrl: async () => url,
    controlUrl: `${platforms.url}/_control`,
  };
}
