import type postgres from "postgres";
import type { Client } from "./connection.ts";

/** The code of the error of an attempt that was given up. */
export const DEADLINE = "DEADLINE";

/** How often the silence is measured in the time that it may last. */
const CHECKS = 4;

/** When an attempt is given up: after so long without a byte from the server, and in any case. */
export interface AttemptLimits {
  readonly silenceMs: number;
  readonly leftMs: number;
}

/**
 * Runs work until the server has been silent for too long, or the time is over.
 *
 * A transaction has several round trips, and may wait for others on the same connection. A server that sends
 * something meanwhile is slow, and its connection is not broken.
 *
 * @throws {Error} with the code `DEADLINE`, and the errors of the work
 */
export async function runAttempt<Result>(
  client: Promise<Client>,
  work: (sql: postgres.Sql) => Promise<Result>,
  { silenceMs, leftMs }: AttemptLimits,
): Promise<Result> {
  const overdue = Promise.withResolvers<never>();
  const end = Date.now() + leftMs;
  let silentSince = Date.now();
  let opened: Client | undefined;
  let received = 0;
  let timer = startTimer();

  async function use(): Promise<Result> {
    opened = await client;
    received = opened.bytesReceived();
    return work(opened.sql);
  }
  function giveUpAt(): number {
    return Math.min(silentSince + silenceMs, end);
  }
  function startTimer() {
    return setTimeout(check, Math.min(giveUpAt() - Date.now(), silenceMs / CHECKS));
  }
  function check(): void {
    const bytes = opened?.bytesReceived() ?? 0;
    if (bytes !== received) silentSince = Date.now();
    received = bytes;
    if (Date.now() < giveUpAt()) timer = startTimer();
    else overdue.reject(noResponse());
  }

  try {
    return await Promise.race([use(), overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function noResponse(): Error {
  return Object.assign(new Error("The database did not respond in time."), { code: DEADLINE });
}
