import { once } from "node:events";
import { IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import * as v from "valibot";

const Messages = v.strictTuple([v.instance(IncomingMessage)]);

/** Sends what `fetch` would not: any method, and any `Host`. */
export async function sendRaw(
  url: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const sent = request(url, { method, headers, agent: false });
  sent.end();
  const [message] = v.parse(Messages, await once(sent, "response"));
  const received = new Headers();
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    for (const value of values) received.append(name, value);
  }
  const { statusCode = 0 } = message;
  return new Response(await text(message), { status: statusCode, headers: received });
}
