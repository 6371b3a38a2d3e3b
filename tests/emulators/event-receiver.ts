import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** A request that an app received from a platform. */
interface ReceivedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An app that receives events. */
export interface EventReceiver {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
}

/** Starts an app that responds with these statuses in order, after these milliseconds, and with 200 at once afterwards. */
export async function startReceiver({
  statuses = [],
  delays = [],
  headers = {},
  body = "",
}: {
  statuses?: readonly number[];
  delays?: readonly number[];
  headers?: Readonly<Record<string, string>>;
  body?: string;
} = {}): Promise<EventReceiver> {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    const index = received.length - 1;
    await setTimeout(delays[index] ?? 0, undefined, { ref: false });
    response.writeHead(statuses[index] ?? 200, headers).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });

  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return { url: `http://127.0.0.1:${address.port}/webhooks/slack`, received };
}
