import { broken, inOrder, type StageCheck } from "../../stage-check.ts";

/**
 * GitHub accepts a JWT that is a minute early, and AWS a signature that is five minutes off. A database that is off
 * by this much misjudges which tokens are fresh.
 */
const TOLERANCE_MS = 60_000;

/** Another clock, and how far ahead of this one it is. */
export interface OtherClock {
  readonly source: string;
  readonly aheadMs: number;
}

/** Compares the clock of this function with those of the database and of the platforms. */
export function checkClocks(
  database: OtherClock | undefined,
  platforms: readonly OtherClock[],
): StageCheck {
  const name = "clock";
  const others = [...(database ? [database] : []), ...platforms];
  const isOff = ({ aheadMs }: OtherClock) => Math.abs(aheadMs) > TOLERANCE_MS;
  const off = others.filter(isOff);
  if (others.length === 0) return inOrder(name, "No clock could be read to compare with.");
  if (off.length === 0) {
    const sources = others.map(({ source }) => source).join(", ");
    return inOrder(name, `The clock of the functions is that of ${sources}, within a minute.`);
  }

  const found = off.map(({ source, aheadMs }) => `${source} is ${describe(aheadMs)}`).join(", ");
  if (database && off.length === 1 && isOff(database) && platforms.length > 0) {
    return broken(
      name,
      `The clock of the database is wrong: compared with the functions and the platforms, ${found}.`,
      "Set the clock of the database server: it judges whether a token has expired.",
    );
  }
  return broken(
    name,
    `The clock of the functions differs from others: ${found}.`,
    "On AWS, report it to AWS Support; on your machine, set its clock. GitHub and AWS refuse signatures with a wrong time.",
  );
}

/** Returns whether the clock of this function, with which it signs, is the one that is off. */
export function isOwnClockOff(platforms: readonly OtherClock[]): boolean {
  return platforms.some(({ aheadMs }) => Math.abs(aheadMs) > TOLERANCE_MS);
}

function describe(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const text = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `${text} ${aheadMs > 0 ? "ahead" : "behind"}`;
}
