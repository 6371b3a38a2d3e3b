let aheadMs = 0;

/** Puts the clock of this process ahead of the real one, or behind it. */
export function skewClock(milliseconds: number): void {
  aheadMs = milliseconds;
}

/** Lets all code of this process read the clock that `skewClock` sets. */
export function installSkewedClock(): void {
  const RealDate = Date;
  const now = () => RealDate.now() + aheadMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, fields) =>
      fields.length === 0 ? new target(now()) : Reflect.construct(target, fields),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
}
