import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { listenOnLoopback, stopServer } from "../emulators/loopback-server.ts";

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Responds to a request. An exception becomes status 500. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Serves HTTP on loopback; port 0 is any free port.
 *
 * @throws {Error} with the code `EADDRINUSE` when the port is in use
 */
export async function listen(
  port: number,
  respond: Respond,
  options: ServerOptions = {},
): Promise<LocalServer> {
  const server = createServer(options, (request, response) => {
    respond(request, response).catch(() => failWith500(response));
  });
  const url = await listenOnLoopback(server, port);
  return { url, close: () => stopServer(server) };
}

/** Returns the body, or `undefined` if it is longer than `limit` bytes. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Reads to the end even then: most clients read no response before they have sent the body.
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  });
  await once(request, "end");
  return length <= limit ? Buffer.concat(chunks) : undefined;
}

/** Decodes a segment of a path. Returns `undefined` if its percent-encoding is malformed. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function failWith500(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: "Internal Server Error" }));
}
