import { once } from "node:events";
import net from "node:net";
import { portOf } from "./tcp-proxy.ts";

const QUERY = "Q";
const PARSE = "P";

/** Statements that Aurora DSQL refuses by SQLSTATE 0A000. */
const REFUSED = [
  /\bcreate (unique )?index (?!async\b)/i,
  /\bpg_(try_)?advisory/i,
  /^\s*(set|lock|truncate|listen|savepoint)\b/i,
];

const CREATE_INDEX_ASYNC = /^create (?<unique>unique )?index async (?<rest>[\s\S]*)$/i;

/** A proxy in front of PostgreSQL that takes and refuses statements as Aurora DSQL does. */
export interface DsqlFront {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a proxy that rewrites `create index async` to a call of the function that `installDsqlJobs` creates,
 * and what DSQL does not take to a call of one that fails.
 */
export async function startDsqlFront(target: { readonly port: number }): Promise<DsqlFront> {
  const sockets = new Set<net.Socket>();
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
    const rewrite = createRewriter();
    client.on("data", (bytes) => upstream.write(rewrite(bytes)));
    upstream.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Returns a function that passes a client's messages on. The first one, at startup, has no type. */
function createRewriter(): (bytes: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;

  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const messages: Buffer[] = [];
    for (;;) {
      const typeBytes = isStarted ? 1 : 0;
      if (rest.length < typeBytes + 4) break;
      const length = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < length) break;
      const message = rest.subarray(0, length);
      messages.push(isStarted ? rewriteMessage(message) : message);
      rest = rest.subarray(length);
      isStarted = true;
    }
    return Buffer.concat(messages);
  };
}

function rewriteMessage(message: Buffer): Buffer {
  const type = String.fromCharCode(message.readUInt8(0));
  if (type === QUERY) {
    const text = message.toString("utf8", 5, message.length - 1);
    return build(type, [`${rewriteText(text)}\0`]);
  }
  if (type !== PARSE) return message;
  const nameEnd = message.indexOf(0, 5);
  const textEnd = message.indexOf(0, nameEnd + 1);
  const text = message.toString("utf8", nameEnd + 1, textEnd);
  return build(type, [
    message.subarray(5, nameEnd + 1),
    `${rewriteText(text)}\0`,
    message.subarray(textEnd + 1),
  ]);
}

function build(type: string, parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const header = Buffer.alloc(5);
  header.write(type);
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function rewriteText(text: string): string {
  const index = CREATE_INDEX_ASYNC.exec(text)?.groups;
  if (index) {
    const { unique = "", rest } = index;
    return `select * from dsql.start_index($q$create ${unique}index ${rest}$q$)`;
  }
  return REFUSED.some((pattern) => pattern.test(text)) ? "select dsql.refuse()" : text;
}
