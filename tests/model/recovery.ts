import { noChoices } from "./choices.ts";
import { runHealthCheck, runTick } from "./functions.ts";
import { type Invocation, startProcess } from "./invocation.ts";
import { tryLookUp } from "./lookups.ts";
import type { World } from "./world.ts";

/** How many seconds pass before each round of `tick` and lookups. */
const ROUNDS = [0, 3, 31, 61, 120, 120, 120, 120, 120];
const TIMEOUT_SECONDS = 3_600;

const FINAL = new Set([
  "decryption_failed",
  "installation_inactive",
  "installation_not_found",
  "reauthorization_required",
]);

/** How a lookup ends after everything has come to rest; `undefined` for one that returned a token. */
type LastLookup = string | undefined;

/** The end of a schedule, after which nothing goes wrong any more. */
export interface Recovery {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** How the last lookup of each organization ended. */
  readonly last: ReadonlyMap<string, LastLookup>;
}

/**
 * Lets time pass after a schedule, with nothing that goes wrong any more. What a webhook could not store, the
 * health check finds.
 */
export async function recover(world: World, organizationIds: readonly string[]): Promise<Recovery> {
  const startedAt = world.scheduler.now();
  const last = new Map<string, LastLookup>();
  for (const seconds of ROUNDS) {
    const round: Invocation = {
      name: "recovery",
      timeoutSeconds: TIMEOUT_SECONDS,
      async run(context) {
        await world.scheduler.wait(context.process, "time passes", seconds * 1000);
        await runTick.run(context);
        if (world.observer.openWebhooks > 0) await runHealthCheck.run(context);
        for (const id of organizationIds) last.set(id, await tryLookUp(context, id));
      },
    };
    startProcess(world, "recovery", [round]);
    await world.scheduler.run(noChoices);
    const isDone = organizationIds.every((id) => isFinal(last.get(id)));
    if (isDone && world.tables.events.size === 0) break;
  }
  return { startedAt, last };
}

/** Returns whether a lookup would end the same way again. */
export function isFinal(last: LastLookup): boolean {
  return last === undefined || FINAL.has(last);
}
