/** Numbers that look random, and are the same from the same seed. */
export interface Random {
  /** At least 0 and below 1. */
  next(): number;
  /** A whole number from the first to the last, both of them among it. */
  between(first: number, last: number): number;
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed;

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  return {
    next,
    between: (first, last) => first + Math.floor(next() * (last - first + 1)),
    pick: (values) => values[Math.floor(next() * values.length)] ?? values[0],
  };
}
