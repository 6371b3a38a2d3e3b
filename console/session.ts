import { randomBytes, timingSafeEqual } from "node:crypto";

const UNLOCKED_MS = 15 * 60_000;

/** The one session of a console: its keys, its cookie, and whether changes are unlocked. */
export interface Session {
  /** Creates a key that opens the session once. */
  createKey(): string;
  /** Returns the value of the cookie for a key that was not used, otherwise `undefined`. */
  open(key: string): string | undefined;
  isOpenFor(cookie: string | undefined): boolean;
  /** Allows changes for 15 minutes. */
  unlock(): void;
  lock(): void;
  isUnlocked(): boolean;
}

/** Creates a session. A new key replaces one that was not used. */
export function createSession(now: () => number = Date.now): Session {
  const cookie = randomBytes(32).toString("hex");
  let key: string | undefined;
  let unlockedUntil = 0;
  return {
    createKey() {
      key = randomBytes(32).toString("hex");
      return key;
    },
    open(candidate) {
      if (key === undefined || !isEqual(candidate, key)) return undefined;
      key = undefined;
      return cookie;
    },
    isOpenFor: (candidate) => candidate !== undefined && isEqual(candidate, cookie),
    unlock() {
      unlockedUntil = now() + UNLOCKED_MS;
    },
    lock() {
      unlockedUntil = 0;
    },
    isUnlocked: () => now() < unlockedUntil,
  };
}

function isEqual(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
