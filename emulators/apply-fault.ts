import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import type { Fault, FaultRule } from "./faults.ts";

const MEGABYTE = "x".repeat(1_000_000);

/** A response that is written to the socket as it is, so that no header is added or checked. */
interface FaultyResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<string>;
}

/** The result of a faulty request: a response, a connection that is cut, or silence. */
export type FaultOutcome = Response | FaultyResponse | "drop" | "hang";

/** Applies a fault rule to a request. `respond` has the platform handle it, if the fault allows. */
export async function applyFault(
  { fault, milliseconds }: FaultRule,
  respond: () => Promise<Response>,
): Promise<FaultOutcome> {
  await setTimeout(milliseconds);

  switch (fault.kind) {
    case "none":
      return respond();
    case "status":
      return toStatusResponse(fault);
    case "drop":
    case "hang":
      return fault.kind;
    case "lose_reply":
      await respond();
      return "drop";
    case "late_reply": {
      const response = await respond();
      await setTimeout(fault.milliseconds);
      return response;
    }
    case "redirect":
      return { status: 307, headers: { location: fault.location }, body: "" };
    case "truncate":
      return replaceBody(await respond(), (body) => body.slice(0, body.length / 2));
    case "html":
      return {
        status: 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        body: "<!doctype html><title>Unavailable</title><h1>We will be back soon</h1>",
      };
    case "huge":
      return { status: 200, headers: jsonHeaders(), body: streamHugeJson(fault.megabytes) };
    case "drip":
      return replaceBody(await respond(), (body) => dripBody(body, fault.milliseconds));
  }
}

/** Sends the outcome of a fault; a client that hangs up early is no error. */
export async function sendOutcome(
  outgoing: ServerResponse,
  outcome: Exclude<FaultOutcome, Response>,
): Promise<void> {
  if (outcome === "hang") return;
  if (outcome === "drop") {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  outgoing.writeHead(outcome.status, outcome.headers);
  if (typeof outcome.body === "string") outgoing.end(outcome.body);
  else await pipeline(outcome.body, outgoing).catch(() => undefined);
}

function toStatusResponse({
  status,
  headers,
  body,
}: Extract<Fault, { kind: "status" }>): FaultyResponse {
  if (typeof body === "string") return { status, headers, body };
  return { status, headers: { ...jsonHeaders(), ...headers }, body: JSON.stringify(body) };
}

async function replaceBody(
  response: Response,
  replace: (body: string) => FaultyResponse["body"],
): Promise<FaultyResponse> {
  const headers = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: replace(await response.text()) };
}

function jsonHeaders(): Record<string, string> {
  return { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
}

async function* streamHugeJson(megabytes: number): AsyncGenerator<string> {
  yield '{"access_token":"';
  for (let sent = 0; sent < megabytes; sent += 1) yield MEGABYTE;
  yield '"}';
}

async function* dripBody(body: string, milliseconds: number): AsyncGenerator<string> {
  for (const character of body) {
    yield character;
    await setTimeout(milliseconds);
  }
}
