import net from "node:net";
import postgres from "postgres";
import { isLoopback } from "../configuration/loopback.ts";
import { CONNECTION_RULES, type Engine } from "./engine.ts";

// postgres.js names errors after their class, whose name the bundler changes.
Object.defineProperty(postgres.PostgresError, "name", { value: "PostgresError" });

const CONNECT_TIMEOUT_SECONDS = 2;

/** How to reach a server. */
export interface ConnectionSettings {
  /** Default: `postgres`. */
  readonly engine?: Engine;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Called at every connect. With `reload`, the server rejected the previous credentials. */
  readonly credentials: (options: { reload: boolean }) => Promise<Credentials>;
  /** Certificate authorities in PEM. Default: those that Node trusts. */
  readonly certificateAuthorities?: readonly string[];
  /** Uses TLS on loopback too. Elsewhere, TLS is always used and verified. */
  readonly tlsOnLoopback?: boolean;
  /** For a pooler in transaction mode: no prepared statements and no startup parameters for limits. */
  readonly pooled?: boolean;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Server-side limits in milliseconds, set as startup parameters. */
export interface StatementLimits {
  readonly statement_timeout: number;
  readonly lock_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
}

/** Sends statements, in a transaction or without one. */
export type Sql = postgres.ISql;

/** A client with one connection, which is opened at the first statement and never reopened. */
export interface Client {
  readonly sql: postgres.Sql;
  /** Returns how many bytes the server has sent. */
  bytesReceived(): number;
  /** Waits so many seconds for running statements, then closes the socket. */
  end(options: { timeout: number }): Promise<void>;
}

/** Creates a client. */
export async function connect(
  settings: ConnectionSettings,
  limits: StatementLimits,
  { reload = false } = {},
): Promise<Client> {
  const { username, password } = await settings.credentials({ reload });
  const socket = createSocket(settings);
  const takesLimits =
    !settings.pooled && CONNECTION_RULES[settings.engine ?? "postgres"].takesLimits;
  const options = {
    host: settings.host,
    port: settings.port,
    database: settings.database,
    username,
    password,
    ssl: tlsOptions(settings),
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    idle_timeout: 0,
    max_lifetime: null,
    // Saves a round trip at every connect: no column is an array.
    fetch_types: false,
    prepare: !settings.pooled,
    connection: { application_name: "grantkeep", ...(takesLimits && limits) },
    onnotice: () => {},
    socket: socket.open,
  };
  const sql = postgres(options);
  return {
    sql,
    bytesReceived: socket.bytesReceived,
    end: (options) => sql.end(options).finally(socket.destroy),
  };
}

/**
 * Creates the only socket of a client. With its own sockets, postgres.js reconnects without a pause if the
 * server closes at startup, and does not destroy a silent socket or one with a late TLS handshake.
 */
function createSocket({ host, port }: ConnectionSettings) {
  let socket: net.Socket | undefined;
  let isSpent = false;
  return {
    open() {
      if (isSpent) throw Object.assign(new Error("Closed."), { code: "CONNECTION_CLOSED" });
      isSpent = true;
      // postgres.js does not set TCP_NODELAY, which costs 40 ms per TLS connect.
      socket = net.connect({ host, port, noDelay: true });
      return socket;
    },
    bytesReceived: () => socket?.bytesRead ?? 0,
    destroy() {
      isSpent = true;
      socket?.destroy();
    },
  };
}

function tlsOptions({ host, certificateAuthorities, tlsOnLoopback }: ConnectionSettings) {
  if (isLoopback(host) && !tlsOnLoopback) return false;
  return {
    rejectUnauthorized: true,
    // postgres.js does not know the host name to verify if it is given a socket.
    ...(net.isIP(host) ? { host } : { servername: host }),
    ...(certificateAuthorities && { ca: [...certificateAuthorities] }),
  };
}
