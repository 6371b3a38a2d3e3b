/** A moment on both clocks. The wall clock jumps when it is set; the other stands still while a Lambda is frozen. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** Returns the present moment. */
export function now(): Moment {
  return { wall: Date.now(), monotonic: performance.now() };
}

/** Returns whether fewer milliseconds have passed since a moment, on both clocks. */
export function isWithin(milliseconds: number, since: Moment, moment: Moment): boolean {
  const wall = moment.wall - since.wall;
  const monotonic = moment.monotonic - since.monotonic;
  // A wall clock that was set back says nothing about the time that passed.
  return wall >= 0 && wall < milliseconds && monotonic < milliseconds;
}
