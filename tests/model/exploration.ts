import { type Picks, type Recording, replay } from "./choices.ts";

/** How many interferences of the scheduler a schedule may have. */
export interface Budget {
  readonly preemptions: number;
  readonly faults: number;
}

/** A schedule to run, and what may be changed in it from a position on. */
interface Branch extends Budget {
  readonly picks: Picks;
  readonly from: number;
}

/**
 * Runs all schedules within a budget, each once, or the first so many.
 *
 * A schedule is run from its start with its picks, and by default after that. What it could have picked
 * after its last pick gives the next schedules.
 */
export async function exploreAll(
  budget: Budget,
  run: (choices: Recording) => Promise<unknown>,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  const branches: Branch[] = [{ ...budget, picks: new Map(), from: 0 }];
  let count = 0;
  for (let branch = branches.pop(); branch && count < limit; branch = branches.pop()) {
    const choices = replay(branch.picks);
    await run(choices);
    count += 1;
    branches.push(...alternativesTo(branch, choices));
  }
  return count;
}

function alternativesTo(branch: Branch, { options }: Recording): Branch[] {
  const { picks, from, preemptions, faults } = branch;
  return options.slice(from).flatMap((costs, offset) =>
    costs.flatMap((cost, pick) => {
      const left = {
        preemptions: preemptions - (cost === "preemption" ? 1 : 0),
        faults: faults - (cost === "fault" ? 1 : 0),
      };
      if (pick === 0 || left.preemptions < 0 || left.faults < 0) return [];
      const position = from + offset;
      return [{ ...left, picks: new Map([...picks, [position, pick]]), from: position + 1 }];
    }),
  );
}
