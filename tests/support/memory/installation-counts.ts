import type {
  CountedStates,
  InstallationCounts,
  StateCount,
} from "../../../core/ports/installation-counts.ts";
import type { Row } from "./installation-row.ts";
import type { Tables } from "./tables.ts";

/** Counts the installations in memory. */
export function createMemoryInstallationCounts({ installations, now }: Tables): InstallationCounts {
  let counted: CountedStates | undefined;
  return {
    find: async () => counted,
    async count() {
      const counts = new Map<string, StateCount>();
      const states = [...installations.values()].flatMap((row) =>
        statesOf(row).map((state) => ({ platform: row.platform, state })),
      );
      for (const { platform, state } of states) {
        const key = `${platform} ${state}`;
        counts.set(key, { platform, state, count: (counts.get(key)?.count ?? 0) + 1 });
      }
      counted = { counts: [...counts.values()], countedAt: new Date(now()) };
    },
  };
}

function statesOf({ inactiveReason, lastRefreshError }: Row): StateCount["state"][] {
  const state = inactiveReason ?? "active";
  return lastRefreshError === null ? [state] : [state, "has_error"];
}
