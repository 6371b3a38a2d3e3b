import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Certificate } from "./certificates.ts";
import { portOf } from "./tcp-proxy.ts";

/** PostgreSQL behind TLS: what a managed database looks like to its clients. */
export interface TlsFront {
  readonly port: number;
  /** All that clients have sent inside TLS, as Latin-1. */
  received(): string;
  /** The names that clients asked for in their handshakes (SNI). */
  serverNames(): readonly string[];
  close(): Promise<void>;
}

/** Starts a server that shows a certificate and forwards what is inside TLS to a port of loopback. */
export async function startTlsFront(
  target: { readonly port: number },
  certificate: Certificate,
): Promise<TlsFront> {
  const sockets = new Set<net.Socket>();
  const received: Buffer[] = [];
  const serverNames: string[] = [];

  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    // The first message is always an SSLRequest, and nothing follows it before the answer.
    socket.once("data", () => {
      socket.write("S");
      const secured = new tls.TLSSocket(socket, {
        ...certificate,
        isServer: true,
        SNICallback(name, done) {
          serverNames.push(name);
          done(null);
        },
      });
      const upstream = net.connect({ port: target.port, host: "127.0.0.1", noDelay: true });
      secured.on("data", (bytes) => received.push(bytes));
      secured.on("error", () => {});
      secured.on("close", () => upstream.destroy());
      upstream.on("error", () => secured.destroy());
      secured.pipe(upstream).pipe(secured);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: portOf(server),
    received: () => Buffer.concat(received).toString("latin1"),
    serverNames: () => serverNames,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
