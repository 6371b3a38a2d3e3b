import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import * as v from "valibot";

const LOOPBACK = "127.0.0.1";

const Address = v.object({ port: v.number() });

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Answers a request; what it throws becomes a 500. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Serves HTTP on loopback, on a free port for port 0; a taken port rejects with `EADDRINUSE`. */
export async function listen(
  port: number,
  respond: Respond,
  options: ServerOptions = {},
): Promise<LocalServer> {
  const server = createServer(options, (request, response) => {
    respond(request, response).catch(() => breakOff(response));
  });
  server.listen(port, LOOPBACK);
  await once(server, "listening");

  const address = v.parse(Address, server.address());
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    close: () => close(server),
  };
}

/** The whole body, or `undefined` if it is longer than `limit` bytes. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  // A body that is too long is read on: most clients see an answer only once they sent all.
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  });
  await once(request, "end");
  return length <= limit ? Buffer.concat(chunks) : undefined;
}

/** A percent-decoded segment of a path, or `undefined` if its encoding is broken. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function breakOff(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: "Internal Server Error" }));
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  // An idle keep-alive connection, or a handler that hangs, would hold the server open.
  server.closeAllConnections();
  await closed;
}
