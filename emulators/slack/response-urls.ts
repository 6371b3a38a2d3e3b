import * as v from "valibot";
import { type EmulatorApp, jsonResponse, type RequestContext, readJson } from "../http.ts";
import { type Channel, findChannel } from "./channels.ts";
import type { SlackContext } from "./context.ts";
import type { InteractionSource } from "./interactions.ts";
import { postMessage } from "./messages.ts";
import { botUserIdOf, organizationOf } from "./organizations.ts";

const ResponseBody = v.object({
  text: v.optional(v.string(), ""),
  blocks: v.optional(v.nullable(v.array(v.record(v.string(), v.unknown()))), null),
  response_type: v.optional(v.picklist(["in_channel", "ephemeral"]), "ephemeral"),
  thread_ts: v.optional(v.nullable(v.string()), null),
});

/**
 * Adds the URL that an app responds to an interaction with. It needs no token, and the app need not be in
 * the channel.
 *
 * @see [Message responses](https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)
 */
export function addResponseUrls(app: EmulatorApp, slack: SlackContext): void {
  app.post("/actions/:id", (c) => respond(slack, c));
}

function respond(slack: SlackContext, c: RequestContext): Response {
  const body = v.safeParse(ResponseBody, readJson(c));
  if (!body.success) return jsonResponse(400, { ok: false, error: "invalid_payload" });
  const source = slack.interactions.respond(c.req.param("id") ?? "");
  if (typeof source === "string") return jsonResponse(404, { ok: false, error: source });
  const channel = findChannel(organizationOf(source.organization), source.channel);
  if (!channel) return jsonResponse(404, { ok: false, error: "channel_not_found" });
  post(slack, channel, body.output, source);
  return c.text("ok");
}

function post(
  slack: SlackContext,
  channel: Channel,
  { text, blocks, response_type, thread_ts }: v.InferOutput<typeof ResponseBody>,
  { userId, organization }: InteractionSource,
): void {
  postMessage(slack, channel, {
    text,
    blocks,
    userId: botUserIdOf(organizationOf(organization)),
    isBot: true,
    threadTs: thread_ts,
    visibleTo: response_type === "ephemeral" ? userId : null,
  });
}
