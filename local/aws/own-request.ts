import type { IncomingMessage } from "node:http";
import { type AwsReply, awsError } from "./reply.ts";

const HTTP_PORT = 80;

/**
 * Returns an error response unless a request names this server as its host and has no `Origin`. A web page
 * whose host resolves to loopback (DNS rebinding) sends that host, and browsers send `Origin` with every POST.
 */
export function refuseForeign({ headersDistinct, socket }: IncomingMessage): AwsReply | undefined {
  const { host = [], origin } = headersDistinct;
  const { localPort } = socket;
  if (origin !== undefined) {
    return awsError(403, "AccessDeniedException", "Web pages cannot use this endpoint.");
  }
  if (host.length === 1 && ownHosts(localPort).includes(`${host[0]}`.toLowerCase())) {
    return undefined;
  }
  const message = `This endpoint has another address: http://127.0.0.1:${localPort}`;
  return awsError(403, "AccessDeniedException", message);
}

function ownHosts(port: number | undefined): string[] {
  const names = ["127.0.0.1", "localhost"];
  const hosts = names.map((name) => `${name}:${port}`);
  // Clients leave out the default port.
  return port === HTTP_PORT ? [...hosts, ...names] : hosts;
}
