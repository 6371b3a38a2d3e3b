import { once } from "node:events";
import type { Server } from "node:http";

const LOOPBACK = "127.0.0.1";

/**
 * Starts a server on loopback and returns its URL; port 0 is any free port.
 *
 * @throws {Error} with the code `EADDRINUSE` when the port is in use
 */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  server.listen(port, LOOPBACK);
  await once(server, "listening");

  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return `http://${LOOPBACK}:${address.port}`;
}

/** Stops a server with all its connections. */
export async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  // An idle connection, or a request that is never answered, would keep the server open.
  server.closeAllConnections();
  await closed;
}
