import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

/** Unguessable codes that stand for a value, each of which can be taken once. */
export interface Codes<Value> {
  issue(value: Value): string;
  /** The value of a live code, which is spent by this; `undefined` if it is spent, old or unknown. */
  take(code: string): Value | undefined;
  clear(): void;
}

/** Codes kept in memory only: one that a restart loses is one that its user asks for again. */
export function createCodes<Value>(clock: Clock, lifetimeSeconds: number): Codes<Value> {
  const issued = new Map<string, { value: Value; expiresAt: number }>();

  function forgetExpired(): void {
    for (const [code, { expiresAt }] of issued) {
      if (expiresAt <= clock.now()) issued.delete(code);
    }
  }

  return {
    issue(value) {
      forgetExpired();
      const code = randomBytes(16).toString("hex");
      issued.set(code, { value, expiresAt: clock.now() + lifetimeSeconds * 1000 });
      return code;
    },

    take(code) {
      forgetExpired();
      const found = issued.get(code);
      issued.delete(code);
      return found?.value;
    },

    clear: () => issued.clear(),
  };
}
