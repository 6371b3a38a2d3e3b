/** A database that speaks PostgreSQL's protocol, by what the connection must do differently. */
export type Engine = "postgres" | "dsql";

/** The rules of the connections to one engine. Times are in milliseconds. */
export interface ConnectionRules {
  /** Whether the server takes limits for statements as startup parameters. */
  readonly takesLimits: boolean;
  /** An unused connection is discarded after this time. */
  readonly idleDiscardMs: number;
  /** A connection is discarded at this age, before the server closes it. */
  readonly maxAgeMs: number;
}

/** After this time without use, a socket may be dead: Lambda may have frozen the sandbox. */
export const DOUBTFUL_AFTER_MS = 30_000;

const MINUTE_MS = 60_000;

/**
 * The rules of each engine. Aurora DSQL refuses `statement_timeout`, closes a connection after 60 minutes, and
 * accepts 100 new connections a second, which functions that reconnect after every pause would exceed.
 *
 * @see [Quotas](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html)
 */
export const CONNECTION_RULES = {
  postgres: {
    takesLimits: true,
    idleDiscardMs: DOUBTFUL_AFTER_MS,
    maxAgeMs: Number.POSITIVE_INFINITY,
  },
  dsql: { takesLimits: false, idleDiscardMs: 10 * MINUTE_MS, maxAgeMs: 55 * MINUTE_MS },
} as const satisfies Record<Engine, ConnectionRules>;
