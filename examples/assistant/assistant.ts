// Replies in the thread of each mention. `handler` is what Lambda runs, as the target of a rule of Grantkeep's bus.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { createGrantkeep } from "@grantkeep/client";
import { onEvent, readBody } from "@grantkeep/client/events";
import { createWebClientOptions } from "@grantkeep/client/slack";
import { WebClient } from "@slack/web-api";
import * as v from "valibot";

const { TOKEN_LOOKUP = "grantkeep-production-token-lookup:live", PORT } = process.env;

/** The part of Slack's `app_mention` that is used. */
const Mention = v.object({
  event: v.object({
    channel: v.string(),
    user: v.string(),
    text: v.string(),
    ts: v.string(),
    thread_ts: v.optional(v.string()),
  }),
});

const grantkeep = createGrantkeep({ functionName: TOKEN_LOOKUP });

export const handler = onEvent(async (event) => {
  if (event.kind !== "delivery" || event.type !== "slack.app_mention" || !event.installationId)
    return;
  const { event: mention } = v.parse(Mention, await readBody(event));

  const { installationId } = event;
  const slack = new WebClient(undefined, createWebClientOptions(grantkeep, { installationId }));
  await slack.chat.postMessage({
    channel: mention.channel,
    thread_ts: mention.thread_ts ?? mention.ts,
    text: `<@${mention.user}> ${answer(mention.text)}`,
  });
  process.stdout.write(`Replied to ${mention.user} in ${mention.channel}.\n`);
});

/** Returns the bot's answer. An agent would ask its model here. */
function answer(text: string): string {
  return text.includes("?") ? "Good question. I will look into it." : "Noted.";
}

// In local mode, BOT_URL gets what EventBridge would deliver.
if (PORT) {
  createServer(async (request, response) => {
    const handled = json(request).then(handler);
    const status = await handled
      .then(() => 204)
      .catch((error: unknown) => {
        process.stderr.write(`${error}\n`);
        return 500;
      });
    response.writeHead(status).end();
  }).listen(Number(PORT), "127.0.0.1");
}
