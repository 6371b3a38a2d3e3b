import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import * as v from "valibot";
import { afterAll } from "vitest";

const Exchange = v.object({
  request: v.instance(IncomingMessage),
  response: v.instance(ServerResponse),
});

const Sent = v.instance(Object);
const Target = v.object({ origin: v.string(), path: v.string() });
const Head = v.object({ request: Sent, response: v.object({ statusCode: v.number() }) });
const Chunk = v.object({ request: Sent, chunk: v.instance(Uint8Array) });

/** A refusal as `fetch` received it. */
interface SeenRefusal {
  /** The path and query that was refused. */
  readonly path: string;
  readonly text: string;
}

/** The responses of a server since the last call, to requests of any client. */
export interface Traffic {
  readonly heads: readonly { readonly status: number; readonly headers: OutgoingHttpHeaders }[];
  readonly refusals: readonly SeenRefusal[];
}

/**
 * Watches all that the server of a URL answers, until the test file ends; a test need not look at an
 * answer for it to be seen.
 *
 * @see [Diagnostics channels of Node.js](https://nodejs.org/api/diagnostics_channel.html#built-in-channels)
 */
export function watchTraffic(url: string): () => Traffic {
  const { origin, port } = new URL(url);
  let responses: ServerResponse[] = [];
  let refused = new Map<object, { path: string; chunks: Uint8Array[] }>();

  const listeners = {
    "http.server.response.created": (message: unknown) => {
      const { request, response } = v.parse(Exchange, message);
      if (request.socket.localPort === Number(port)) responses.push(response);
    },
    "undici:request:headers": (message: unknown) => {
      const { request, response } = v.parse(Head, message);
      const target = v.parse(Target, request);
      const isRefused = target.origin === origin && response.statusCode >= 400;
      if (isRefused) refused.set(request, { path: target.path, chunks: [] });
    },
    "undici:request:bodyChunkReceived": (message: unknown) => {
      const { request, chunk } = v.parse(Chunk, message);
      refused.get(request)?.chunks.push(chunk);
    },
  };
  for (const [channel, listener] of Object.entries(listeners)) subscribe(channel, listener);
  afterAll(() => {
    for (const [channel, listener] of Object.entries(listeners)) unsubscribe(channel, listener);
  });

  return () => {
    const heads = responses.map((response) => ({
      status: response.statusCode,
      headers: response.getHeaders(),
    }));
    const refusals = [...refused.values()].map(({ path, chunks }) => ({
      path,
      text: Buffer.concat(chunks).toString("utf8"),
    }));
    responses = [];
    refused = new Map();
    return { heads, refusals };
  };
}
