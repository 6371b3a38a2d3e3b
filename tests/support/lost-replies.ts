import { once } from "node:events";
import net from "node:net";
import { portOf } from "./tcp-proxy.ts";

const HEADER_BYTES = 5;
/** The type of ReadyForQuery, the last message of every reply. */
const READY = "Z".charCodeAt(0);

/** A proxy in front of PostgreSQL that ends a connection after the server did what it was asked. */
export interface LostReplies {
  readonly port: number;
  /** How many replies were passed on, over all connections; the first of each is that to the login. */
  passed(): number;
  /** Passes so many more replies, and loses the next with its connection; then passes all again. */
  loseAfter(count: number, onLost?: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a server on loopback. */
export async function startLostReplies(target: { readonly port: number }): Promise<LostReplies> {
  let passed = 0;
  let left = Number.POSITIVE_INFINITY;
  let beforeCut = async () => {};
  const sockets = new Set<net.Socket>();

  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: target.port, host: "127.0.0.1", noDelay: true });
    const countReplies = createReplyCounter();
    const cut = () => {
      upstream.destroy();
      client.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (bytes) => {
      const count = countReplies(bytes);
      if (count > left) {
        left = Number.POSITIVE_INFINITY;
        upstream.removeAllListeners("data");
        void beforeCut().then(cut);
        return;
      }
      left -= count;
      passed += count;
      client.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: portOf(server),
    passed: () => passed,
    loseAfter(count, onLost = async () => {}) {
      left = count;
      beforeCut = onLost;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Returns a function that counts the replies that end in the next bytes of a stream. */
function createReplyCounter(): (bytes: Buffer) => number {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    let count = 0;
    while (rest.length >= HEADER_BYTES) {
      const end = 1 + rest.readInt32BE(1);
      if (rest.length < end) break;
      if (rest[0] === READY) count += 1;
      rest = rest.subarray(end);
    }
    return count;
  };
}
