/** The clock of the emulated platforms: the real time plus the time that it was advanced by. */
export interface Clock {
  /** Returns milliseconds since the epoch. */
  now(): number;
  /**
   * Converts a time of this clock to the real time. Advancing the clock makes tokens older; it does not
   * move the client's clock, which an `expires_at` in a response must fit.
   */
  toRealDate(platformTime: number): Date;
  /** Returns by how many seconds the clock was advanced in total. */
  passedSeconds(): number;
  advance(seconds: number): void;
  reset(): void;
}

/** Creates a clock that is `passedSeconds` ahead and calls `onChange` when it is moved. */
export function createClock(passedSeconds: number, onChange: () => void): Clock {
  let aheadMs = passedSeconds * 1000;

  function moveTo(milliseconds: number): void {
    aheadMs = milliseconds;
    onChange();
  }

  return {
    now: () => Date.now() + aheadMs,
    toRealDate: (platformTime) => new Date(platformTime - aheadMs),
    passedSeconds: () => aheadMs / 1000,
    advance: (seconds) => moveTo(aheadMs + seconds * 1000),
    reset: () => moveTo(0),
  };
}
