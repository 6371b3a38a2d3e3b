import type { Random } from "../support/random.ts";

/** The share of an option in the budget of an exploration. */
export type Cost = "nothing" | "preemption" | "fault";

/** Picks the next step of a simulation when there are several. */
export interface Choices {
  /** Returns the index of one of at least two options. Option 0 is what happens by default. */
  pick(options: readonly Cost[]): number;
}

/** The choices of a schedule that differ from the default: their positions, and what was picked there. */
export type Picks = ReadonlyMap<number, number>;

/** Picks that are recorded while a schedule runs, with the options that there were. */
export interface Recording extends Choices {
  readonly picks: Picks;
  readonly options: readonly (readonly Cost[])[];
}

/** Returns the default everywhere, and is not recorded. */
export const noChoices: Choices = { pick: () => 0 };

/** Picks what is given, and the default everywhere else. */
export function replay(given: Picks): Recording {
  return record((_, position) => given.get(position) ?? 0);
}

/** Picks another option than the default now and then. */
export function pickAtRandom(
  random: Random,
  probability: { preemption: number; fault: number; maxFaults: number },
): Recording {
  let faultsLeft = probability.maxFaults;

  return record((options) => {
    const isFault = options.includes("fault");
    if (isFault && faultsLeft === 0) return 0;
    if (random.next() >= (isFault ? probability.fault : probability.preemption)) return 0;
    if (isFault) faultsLeft -= 1;
    return random.between(1, options.length - 1);
  });
}

/** Returns a text for `parsePicks`, e.g. `4:1 17:3`. Two schedules are the same if their texts are. */
export function formatPicks(picks: Picks): string {
  return [...picks].map(([position, pick]) => `${position}:${pick}`).join(" ");
}

export function parsePicks(text: string): Picks {
  const pairs = text.trim().split(/\s+/).filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const [position = Number.NaN, pick = Number.NaN] = pair.split(":").map(Number);
      if (!Number.isInteger(position) || !Number.isInteger(pick))
        throw new Error(`Not a pick: ${pair}`);
      return [position, pick];
    }),
  );
}

function record(choose: (options: readonly Cost[], position: number) => number): Recording {
  const picks = new Map<number, number>();
  const recorded: (readonly Cost[])[] = [];
  return {
    picks,
    options: recorded,
    pick(options) {
      const position = recorded.length;
      const pick = Math.min(choose(options, position), options.length - 1);
      recorded.push(options);
      if (pick > 0) picks.set(position, pick);
      return pick;
    },
  };
}
