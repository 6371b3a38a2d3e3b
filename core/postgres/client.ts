import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { STATEMENT_TIMEOUT_MS, toBudgetMs } from "../deadlines.ts";
import { describeForeignError, ServiceError } from "../errors.ts";
import { type Client, type ConnectionSettings, connect } from "./connection.ts";
import { type AttemptLimits, DEADLINE, runAttempt } from "./deadline.ts";
import { CONNECTION_RULES, DOUBTFUL_AFTER_MS } from "./engine.ts";

/** For a first attempt on a connection that may be dead. */
const DOUBTFUL_SILENCE_MS = 400;
/** A first attempt is given up when the server has been silent for this time longer than a statement may take. */
const REPORT_MS = 200;
const MIN_ATTEMPT_MS = 50;
const FIRST_WAIT_MS = 25;
const MAX_WAIT_MS = 400;
/** The server accepts no further connection now: a herd must not try again at once. */
const CROWDED_WAIT_MS = 200;
/** For statements that still run on a connection that is replaced for its age. */
const RUNNING_SECONDS = 5;

const LIMITS = {
  lock_timeout: 500,
  idle_in_transaction_session_timeout: 5_000,
};

/** Errors after which a connection is never used again. */
const BROKEN = new Set([
  DEADLINE,
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNABORTED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "08000",
  "08001",
  "08003",
  "08004",
  "08006",
  "08P01",
  "25006",
  "53300",
  "53400",
  "57P01",
  "57P02",
  "57P03",
]);

/** No server responds at this address. A short outage is retried. */
const ABSENT = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);

/** Serialization failure, deadlock: the statement can be repeated on the same connection. */
const CONTENDED = new Set(["40001", "40P01"]);

/** Another session holds a lock that the statement needs. */
const LOCKED = "55P03";

/** Too many connections, or too many new ones in a second. */
const CROWDED = new Set(["53300", "53400"]);

/** The server cannot run the statement now. 42703 and 42P01: its schema is not migrated yet. */
const OVERLOADED = new Set(["42703", "42P01", "53000", "53100", "53200", "57014"]);

/** The user name or password is wrong: it may have been rotated. */
const REFUSED = new Set(["28000", "28P01"]);

/** The certificate of the server is not trusted. Nothing was sent to it. */
const NOT_TRUSTED = /^(CERT_|DEPTH_ZERO_|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

/** Runs statements on PostgreSQL that always end before their deadline, with a result or an error. */
export interface Database {
  /**
   * Runs work that can be repeated safely, within `budgetMs` milliseconds over all attempts.
   *
   * It gives up earlier on errors where a retry seldom helps. Set `retryUntilBudget` for writes whose loss
   * cannot be repaired.
   *
   * @throws {ServiceError} `retry_later` if the database did not respond in time
   */
  run<Result>(
    work: (sql: postgres.Sql) => Promise<Result>,
    options?: { budgetMs?: number; retryUntilBudget?: boolean },
  ): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Creates a database that replaces its client after every broken connection.
 *
 * It reads its settings before the first statement, and again only if that failed. The server ends a statement
 * after `statementTimeoutMs`, before the connection is given up, so that it stays usable.
 *
 * postgres.js with one connection can hang forever: after a reset that is retried in the same tick, on a
 * socket that was dropped silently, and if the server closes during startup (porsager/postgres#1130).
 */
export function createDatabase(
  readSettings: () => Promise<ConnectionSettings>,
  { statementTimeoutMs = STATEMENT_TIMEOUT_MS }: { statementTimeoutMs?: number } = {},
): Database {
  const limits = { ...LIMITS, statement_timeout: statementTimeoutMs };
  let settings: Promise<ConnectionSettings> | undefined;
  let client: Promise<Client> | undefined;
  let openedAt = 0;
  let lastUsed = 0;
  let reload = false;

  function loadSettings(): Promise<ConnectionSettings> {
    settings ??= readSettings().catch((error: unknown) => {
      settings = undefined;
      throw error;
    });
    return settings;
  }

  function current(loaded: ConnectionSettings): { mine: Promise<Client>; isDoubtful: boolean } {
    const now = Date.now();
    const { idleDiscardMs, maxAgeMs } = CONNECTION_RULES[loaded.engine ?? "postgres"];
    const idleMs = now - lastUsed;
    if (client && idleMs > idleDiscardMs) discard(client);
    if (client && now - openedAt > maxAgeMs) discard(client, { timeout: RUNNING_SECONDS });
    const isDoubtful = client !== undefined && idleMs > DOUBTFUL_AFTER_MS;
    if (!client) openedAt = now;
    client ??= connect(loaded, limits, { reload });
    lastUsed = now;
    return { mine: client, isDoubtful };
  }

  function discard(broken: Promise<Client>, { timeout } = { timeout: 0 }): void {
    if (client === broken) client = undefined;
    broken.then(({ end }) => end({ timeout })).catch(() => {});
  }

  async function attempt<Result>(
    loaded: ConnectionSettings,
    work: (sql: postgres.Sql) => Promise<Result>,
    { silenceMs, leftMs }: AttemptLimits,
  ): Promise<Result> {
    const { mine, isDoubtful } = current(loaded);
    const quietMs = isDoubtful ? Math.min(silenceMs, DOUBTFUL_SILENCE_MS) : silenceMs;
    try {
      const result = await runAttempt(mine, work, { silenceMs: quietMs, leftMs });
      lastUsed = Date.now();
      reload = false;
      return result;
    } catch (error) {
      // After an error of the work itself, the transaction is rolled back on a connection that is not broken.
      if (!isStatementError(error) && !(error instanceof ServiceError)) discard(mine);
      reload = REFUSED.has(codeOf(error));
      throw error;
    }
  }

  return {
    async run(work, { budgetMs = toBudgetMs(statementTimeoutMs), retryUntilBudget = false } = {}) {
      const loaded = await loadSettings();
      const start = Date.now();
      let waitMs = FIRST_WAIT_MS;
      for (let silenceMs = statementTimeoutMs + REPORT_MS; ; silenceMs *= 2) {
        try {
          const leftMs = Math.max(MIN_ATTEMPT_MS, start + budgetMs - Date.now());
          return await attempt(loaded, work, { silenceMs, leftMs });
        } catch (error) {
          const code = codeOf(error);
          const share = retryBudgetShare(code);
          if (share === undefined) throw error;
          if (CROWDED.has(code)) waitMs = Math.max(waitMs, CROWDED_WAIT_MS);
          const spentMs = Date.now() - start;
          const retryMs = retryUntilBudget ? budgetMs : budgetMs * share;
          if (spentMs + waitMs + MIN_ATTEMPT_MS >= retryMs) throw unavailable(error);
        }
        // At most `waitMs`, which the check above included.
        await sleep(waitMs * (0.5 + randomInt(500) / 1000));
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

/**
 * Runs work in one transaction.
 *
 * If the connection is lost, `sql.begin` rejects without waiting for the work. If the work rejected too,
 * postgres.js would send a rollback to the closed socket and end the process with an uncaught TypeError.
 */
export function transaction<Result>(
  sql: postgres.Sql,
  work: (sql: postgres.TransactionSql) => Promise<Result>,
) {
  return sql.begin(async (sql) => {
    try {
      return await work(sql);
    } catch (error) {
      if (isFromServer(error) || !BROKEN.has(codeOf(error))) throw error;
      return new Promise<never>(() => {});
    }
  });
}

/** Returns whether a statement violated a unique constraint. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === "23505";
}

/** Returns whether another try may succeed: the connection broke, or other work was in the way. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return BROKEN.has(code) || CONTENDED.has(code) || code === LOCKED;
}

/** Returns the SQLSTATE or network code of an error, or an empty string. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Returns the share of the budget in which an error is retried; `undefined` if it is not retried. */
function retryBudgetShare(code: string): number | undefined {
  if (OVERLOADED.has(code) || NOT_TRUSTED.test(code)) return 0;
  if (ABSENT.has(code) || REFUSED.has(code)) return 1 / 3;
  if (code === LOCKED) return 1 / 2;
  if (BROKEN.has(code) || CONTENDED.has(code)) return 1;
  return undefined;
}

/**
 * Returns whether the server rejected the statement itself: it had no effect, and the connection stays
 * usable.
 */
export function isStatementError(error: unknown): boolean {
  return isFromServer(error) && !BROKEN.has(codeOf(error)) && !REFUSED.has(codeOf(error));
}

function isFromServer(error: unknown): boolean {
  return error instanceof Error && error.name === "PostgresError";
}

function unavailable(error: unknown): ServiceError {
  return new ServiceError("retry_later", "The database is not available. Retry later.", {
    reason: `database: ${describeForeignError(error)}`,
  });
}
