import { AsyncLocalStorage } from "node:async_hooks";
import type { Platform } from "./installation.ts";

/** The ids that all log lines of one request have in common, as far as they are known. */
export interface RequestTrace {
  readonly requestId?: string | undefined;
  /** The alias under which the caller of a lookup is known. */
  readonly caller?: string | undefined;
  readonly platform?: Platform | undefined;
  readonly organizationId?: string | undefined;
  readonly installationId?: string | undefined;
  readonly linkId?: string | undefined;
  readonly deliveryId?: string | undefined;
  /** The kind of event of a delivery. */
  readonly event?: string | undefined;
}

const storage = new AsyncLocalStorage<{ trace: RequestTrace }>();

/** Runs a request, or the part of a job that is about one installation, with ids of its own. */
export function traced<Result>(trace: RequestTrace, work: () => Result): Result {
  return storage.run({ trace: { ...readTrace(), ...trace } }, work);
}

/**
 * Adds ids to the present request, where they become known: a failure after this is logged with them. Outside of a
 * request it has no effect.
 */
export function addToTrace(known: RequestTrace): void {
  const current = storage.getStore();
  if (current) current.trace = { ...current.trace, ...known };
}

/** Returns the ids of the present request. */
export function readTrace(): RequestTrace {
  return storage.getStore()?.trace ?? {};
}
