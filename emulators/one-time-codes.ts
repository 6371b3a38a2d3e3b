import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

/** Random codes that are each issued for a value and can be used once. */
export interface OneTimeCodes<Value> {
  issue(value: Value): string;
  /** Uses a code up and returns its value, or `undefined` if it was used, has expired or is unknown. */
  take(code: string): Value | undefined;
  clear(): void;
}

/** Creates codes that are stored in memory only: after a restart, a user starts the flow again. */
export function createOneTimeCodes<Value>(
  clock: Clock,
  lifetimeSeconds: number,
): OneTimeCodes<Value> {
  const issued = new Map<string, { value: Value; expiresAt: number }>();

  function deleteExpired(): void {
    for (const [code, { expiresAt }] of issued) {
      if (expiresAt <= clock.now()) issued.delete(code);
    }
  }

  return {
    issue(value) {
      deleteExpired();
      const code = randomBytes(16).toString("hex");
      issued.set(code, { value, expiresAt: clock.now() + lifetimeSeconds * 1000 });
      return code;
    },

    take(code) {
      deleteExpired();
      const found = issued.get(code);
      issued.delete(code);
      return found?.value;
    },

    clear: () => issued.clear(),
  };
}
