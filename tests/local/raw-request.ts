import { type IncomingMessage, request as startRequest } from "node:http";
import { text } from "node:stream/consumers";

/** A request that `fetch` cannot send: with another host, a raw path or repeated headers. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
}

export async function sendRaw(url: string, options: RawRequest) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    startRequest(url, options).once("response", resolve).once("error", reject).end();
  });
  const { statusCode, headers } = response;
  return { statusCode, headers, body: await text(response) };
}
