/** The platforms' clock: the real one, plus the time that was let pass. */
export interface Clock {
  /** Milliseconds since the epoch, as the platforms see them. */
  now(): number;
  /**
   * A platform time as the real world must be told it. Time that was let pass makes tokens older,
   * not the world: an `expires_at` that a client reads must still fit the client's own clock.
   */
  toRealDate(platformTime: number): Date;
  passedSeconds(): number;
  letPass(seconds: number): void;
  reset(): void;
}

/** A clock that is already `passedSeconds` ahead, and reports when it is moved. */
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
    letPass: (seconds) => moveTo(aheadMs + seconds * 1000),
    reset: () => moveTo(0),
  };
}
