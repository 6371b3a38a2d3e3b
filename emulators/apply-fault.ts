import { setTimeout } from "node:timers/promises";
import type { Fault, FaultRule } from "./faults.ts";
import { json, type Outcome, type Reply, type StreamedReply } from "./http.ts";

const MEGABYTE = "x".repeat(1_000_000);

const GATEWAY_PAGE = {
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: "<!doctype html><title>Unavailable</title><h1>We will be back soon</h1>",
};

/** Lets a fault befall a request; `respond` is the platform's own work, done if it gets that far. */
export async function suffer(
  { fault, milliseconds }: FaultRule,
  respond: () => Promise<Reply>,
): Promise<Outcome> {
  await setTimeout(milliseconds);

  switch (fault.kind) {
    case "none":
      return respond();
    case "status":
      return toReply(fault);
    case "drop":
    case "hang":
      return fault.kind;
    case "lose_reply":
      await respond();
      return "drop";
    case "redirect":
      return { status: 307, headers: { location: fault.location }, body: "" };
    case "truncate":
      return truncate(await respond());
    case "html":
      return GATEWAY_PAGE;
    case "huge":
      return { ...json(200, null), body: streamHugeJson(fault.megabytes) };
    case "drip":
      return drip(await respond(), fault.milliseconds);
  }
}

function toReply({ status, headers, body }: Extract<Fault, { kind: "status" }>): Reply {
  if (typeof body === "string") return { status, headers, body };
  return json(status, body, headers);
}

function truncate(reply: Reply): Reply {
  return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
}

async function* streamHugeJson(megabytes: number): AsyncGenerator<string> {
  yield '{"access_token":"';
  for (let sent = 0; sent < megabytes; sent += 1) yield MEGABYTE;
  yield '"}';
}

function drip(reply: Reply, milliseconds: number): StreamedReply {
  async function* dripBody(): AsyncGenerator<string> {
    for (const character of reply.body) {
      yield character;
      await setTimeout(milliseconds);
    }
  }
  return { ...reply, body: dripBody() };
}
