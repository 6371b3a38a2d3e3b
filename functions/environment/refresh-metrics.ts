import type { RefreshAttempt } from "../../core/tokens/refresh.ts";
import { writeMetricLine } from "./metrics.ts";

/** Counts an attempt to renew tokens, in a line of its own: a sweep makes hundreds of them. */
export function countRefresh({ platform, outcome, milliseconds }: RefreshAttempt): void {
  writeMetricLine({
    metric: "Refreshes",
    milliseconds,
    // Alarms look at an outcome on all platforms together.
    dimensions: [["outcome"], ["platform", "outcome"]],
    fields: { platform, outcome },
  });
}
