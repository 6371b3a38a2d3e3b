import { once } from "node:events";
import net from "node:net";
import {
  createMessageReader,
  errorMessage,
  type WireMessage,
  withText,
} from "./postgres-messages.ts";
import { portOf } from "./tcp-proxy.ts";

/** Statements that Aurora DSQL refuses by SQLSTATE 0A000. Sessions of the tests themselves may use them. */
const REFUSED = {
  set: /^\s*(set|reset)\b/i,
  lock: /\bpg_(try_)?advisory/i,
  other:
    /\bcreate (unique )?index (?!async\b)|^\s*(lock|truncate|listen|notify|savepoint|merge)\b|\bcreate (temp|temporary)\b|\bfor (share|no key update)\b/i,
} as const;

type Kind = keyof typeof REFUSED;

/** A statement that PostgreSQL refuses by SQLSTATE 0A000 too, before its parameters matter. */
const UNSUPPORTED = "select distinct 1 for update";

/** Limits that Aurora DSQL is not known to take at startup. */
const STARTUP_LIMIT = /\0(statement_timeout|lock_timeout|idle_in_transaction_session_timeout)\0/;

/** An `ErrorResponse` before the session has begun. */
const REFUSED_STARTUP = errorMessage({
  S: "FATAL",
  V: "FATAL",
  C: "0A000",
  M: "setting configuration parameter not supported",
});

const PRODUCT = "\0application_name\0grantkeep\0";

const CREATE_INDEX_ASYNC = /^create (?<unique>unique )?index async (?<rest>[\s\S]*)$/i;

export type FrontFigures = Readonly<Record<Kind, number>>;

/** A proxy in front of PostgreSQL that takes and refuses statements as Aurora DSQL does. */
export interface DsqlFront {
  readonly port: number;
  /** Returns how many statements were refused. */
  figures(): FrontFigures;
  close(): Promise<void>;
}

/**
 * Starts a proxy that rewrites `create index async` to a call of the function that `installDsqlJobs` creates,
 * and makes what Aurora DSQL does not take fail, for sessions of the product or, without `spareTests`, for all.
 */
export async function startDsqlFront(
  target: { readonly port: number },
  { spareTests = true } = {},
): Promise<DsqlFront> {
  const sockets = new Set<net.Socket>();
  const refused = { set: 0, lock: 0, other: 0 };

  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: target.port, host: "127.0.0.1", noDelay: true });
    const cut = () => {
      upstream.destroy();
      client.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", cut).on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    let isProduct = false;
    const readRequests = createMessageReader();
    client.on("data", (bytes) => {
      for (const message of readRequests(bytes)) {
        if (message.type === "") isProduct = !spareTests || message.text().includes(PRODUCT);
        if (isProduct && message.type === "" && STARTUP_LIMIT.test(message.text())) {
          refused.set += 1;
          client.end(REFUSED_STARTUP);
          return;
        }
        upstream.write(isProduct ? rewrite(message) : message.bytes);
      }
    });
    upstream.pipe(client);
  });

  function rewrite(message: WireMessage): Buffer {
    const statement = message.statement();
    if (statement === undefined) return message.bytes;
    const index = CREATE_INDEX_ASYNC.exec(statement)?.groups;
    if (index) {
      const { unique = "", rest } = index;
      return withText(
        message,
        `select * from dsql.start_index($q$create ${unique}index ${rest}$q$)`,
      );
    }
    const kinds = ["set", "lock", "other"] as const;
    const kind = kinds.find((name) => REFUSED[name].test(statement));
    if (!kind) return message.bytes;
    refused[kind] += 1;
    return withText(message, UNSUPPORTED);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    figures: () => ({ ...refused }),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
