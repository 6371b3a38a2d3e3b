import net from "node:net";
import postgres from "postgres";
import { isLoopback } from "../loopback.ts";

// Its errors are named after their class, which has another name when it is bundled.
Object.defineProperty(postgres.PostgresError, "name", { value: "PostgresError" });

const CONNECT_TIMEOUT_SECONDS = 2;

/** How to reach a PostgreSQL server. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Asked at every connect; with `reload` after the server refused what it gave before. */
  readonly credentials: (options: { reload: boolean }) => Promise<Credentials>;
  /** Certificate authorities in PEM; without, those that Node trusts. */
  readonly certificateAuthorities?: readonly string[];
  /** Asks for TLS on loopback too. Elsewhere TLS is always on and always verified. */
  readonly tlsOnLoopback?: boolean;
  /** Behind a pooler in transaction mode: no prepared statements, and no limits at the start. */
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

export type Sql = postgres.Sql;

/** A client with one connection, made when it is first used and never made again. */
export interface Client {
  readonly sql: Sql;
  /** Waits so many seconds for what runs, then closes, also when the server does not answer. */
  end(options: { timeout: number }): Promise<void>;
}

/** Makes a client. */
export async function connect(
  settings: ConnectionSettings,
  limits: StatementLimits,
  { reload = false } = {},
): Promise<Client> {
  const { username, password } = await settings.credentials({ reload });
  const socket = createSocket(settings);
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
    // Arrays are selected as jsonb instead: this saves a round trip at every connect.
    fetch_types: false,
    prepare: !settings.pooled,
    connection: { application_name: "grantkeep", ...(!settings.pooled && limits) },
    onnotice: () => {},
    socket: socket.open,
  };
  const sql = postgres(options);
  return { sql, end: (options) => sql.end(options).finally(socket.destroy) };
}

/**
 * The one socket of a client, in our hands: postgres.js connects again and again without a pause when the
 * server closes at startup, and neither destroys a silent socket nor one whose TLS handshake comes late.
 */
function createSocket({ host, port }: ConnectionSettings) {
  let socket: net.Socket | undefined;
  let isSpent = false;
  return {
    open() {
      if (isSpent) throw Object.assign(new Error("Closed."), { code: "CONNECTION_CLOSED" });
      isSpent = true;
      // postgres.js never sets TCP_NODELAY, which costs 40 ms at every TLS connect.
      socket = net.connect({ host, port, noDelay: true });
      return socket;
    },
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
    // postgres.js cannot know the name to verify when it is handed a socket.
    ...(net.isIP(host) ? { host } : { servername: host }),
    ...(certificateAuthorities && { ca: [...certificateAuthorities] }),
  };
}
