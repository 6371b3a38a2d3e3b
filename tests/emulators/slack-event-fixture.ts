import * as v from "valibot";
import type { Emulators } from "../../emulators/server.ts";
import type { SlackRegistration } from "../../emulators/slack/registration.ts";
import { slackOf, startSlack } from "./emulated-slack.ts";
import { type EventReceiver, startReceiver } from "./event-receiver.ts";

export const EVENT_SCOPES = [
  ..."chat:write app_mentions:read channels:history im:history commands".split(" "),
].join(",");

const Envelope = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ event_id: v.string(), event: v.looseObject({ type: v.string() }) }),
);

/** Starts Slack with an app that subscribes to everything, and a receiver of its events. */
export async function startSubscribed(
  responses: Parameters<typeof startReceiver>[0] = {},
  registration: Partial<SlackRegistration> = {},
): Promise<{ emulators: Emulators; receiver: EventReceiver }> {
  const receiver = await startReceiver(responses);
  const emulators = await startSlack({
    eventsUrl: receiver.url,
    interactionsUrl: receiver.url,
    signingSecret: "signing-1",
    events: ["app_mention", "message.channels", "message.im"],
    commands: ["/ask"],
    ...registration,
  });
  return { emulators, receiver };
}

/** Returns the envelopes of the events, after pending ones were delivered. */
export async function envelopesOf(emulators: Emulators) {
  await slackOf(emulators).settled();
  return slackOf(emulators)
    .events()
    .map(({ body }) => v.parse(Envelope, body));
}

/** Returns the fields of a form that the receiver got. */
export function formOf({ received }: EventReceiver, index = 0): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(received[index]?.body));
}
