import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeForeignError, ServiceError } from "../errors.ts";
import { type ConnectionSettings, connect, type Sql } from "./connection.ts";

/** Life of a connection that was not used: after a freeze, its socket may be dead without a sign. */
const IDLE_DISCARD_MS = 30_000;
const FIRST_ATTEMPT_MS = 1_000;
const DEFAULT_BUDGET_MS = 2_400;
const MIN_ATTEMPT_MS = 50;
const FIRST_WAIT_MS = 25;
const MAX_WAIT_MS = 400;

const LIMITS = {
  statement_timeout: 2_000,
  lock_timeout: 2_000,
  idle_in_transaction_session_timeout: 5_000,
};

const DEADLINE = "DEADLINE";

/** A connection that failed in one of these ways is never used again. */
const BROKEN = new Set([
  DEADLINE,
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNRESET",
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "08000",
  "08003",
  "08006",
  "25006",
  "53300",
  "57P01",
  "57P02",
  "57P03",
]);

/** Serialization failure and deadlock: the same statement may go through on the same connection. */
const CONTENDED = new Set(["40001", "40P01"]);

/** The server is there and says that it cannot do this now. */
const OVERLOADED = new Set(["53000", "53100", "53200", "53400", "55P03", "57014"]);

/** Wrong user name or password: perhaps it was rotated. */
const REFUSED = new Set(["28000", "28P01"]);

/** The server showed a certificate that does not prove who it is. Nothing was sent to it. */
const NOT_TRUSTED = /^(CERT_|DEPTH_ZERO_|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

/** Statements on PostgreSQL that always end: with a result, or with an error before their deadline. */
export interface Database {
  /**
   * Runs work that may safely be run again, within `budgetMs` milliseconds over all attempts.
   *
   * @throws {ServiceError} `retry_later` when the database did not answer in time
   */
  run<Result>(
    work: (sql: Sql) => Promise<Result>,
    options?: { budgetMs?: number },
  ): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Makes a database that replaces its client after every broken connection.
 *
 * postgres.js with one connection can hang for ever: after a reset that is retried in the same tick, on
 * a socket that was dropped silently, and when the server closes during startup (porsager/postgres#1130).
 */
export function createDatabase(settings: ConnectionSettings): Database {
  let client: Promise<Sql> | undefined;
  let lastUsed = 0;
  let reload = false;

  function current(): Promise<Sql> {
    if (client && Date.now() - lastUsed > IDLE_DISCARD_MS) discard(client);
    client ??= connect(settings, LIMITS, { reload });
    lastUsed = Date.now();
    return client;
  }

  function discard(broken: Promise<Sql>): void {
    if (client === broken) client = undefined;
    broken.then((sql) => sql.end({ timeout: 0 })).catch(() => {});
  }

  async function attempt<Result>(work: (sql: Sql) => Promise<Result>, ms: number): Promise<Result> {
    const mine = current();
    try {
      const result = await withDeadline(mine.then(work), ms);
      lastUsed = Date.now();
      reload = false;
      return result;
    } catch (error) {
      if (!isAnswer(error)) discard(mine);
      reload = REFUSED.has(codeOf(error));
      throw error;
    }
  }

  return {
    async run(work, { budgetMs = DEFAULT_BUDGET_MS } = {}) {
      const end = Date.now() + budgetMs;
      let waitMs = FIRST_WAIT_MS;
      for (let attemptMs = FIRST_ATTEMPT_MS; ; attemptMs *= 2) {
        try {
          return await attempt(
            work,
            Math.max(MIN_ATTEMPT_MS, Math.min(attemptMs, end - Date.now())),
          );
        } catch (error) {
          const code = codeOf(error);
          if (OVERLOADED.has(code) || NOT_TRUSTED.test(code)) throw unavailable(error);
          if (!BROKEN.has(code) && !CONTENDED.has(code) && !REFUSED.has(code)) throw error;
          if (Date.now() + waitMs + MIN_ATTEMPT_MS >= end) throw unavailable(error);
        }
        await sleep(waitMs * (0.5 + randomInt(1000) / 1000));
        waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
      }
    },

    async close() {
      const closing = client;
      client = undefined;
      await (await closing)?.end({ timeout: 1 });
    },
  };
}

/** The SQLSTATE or the network code of an error, or an empty text. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Whether the server answered the statement, so that the connection is good for another. */
function isAnswer(error: unknown): boolean {
  const fromServer = error instanceof Error && error.name === "PostgresError";
  return fromServer && !BROKEN.has(codeOf(error)) && !REFUSED.has(codeOf(error));
}

async function withDeadline<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const timer = new AbortController();
  const deadline = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw Object.assign(new Error("The database did not answer in time."), { code: DEADLINE });
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    deadline.catch(() => {});
    timer.abort();
  }
}

function unavailable(error: unknown): ServiceError {
  return new ServiceError("retry_later", "The database cannot answer now. Try again.", {
    reason: `database: ${describeForeignError(error)}`,
  });
}
