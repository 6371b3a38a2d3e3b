import * as v from "valibot";
import { type ControlRoute, withBody } from "../control-route.ts";
import { json, noContent } from "../http.ts";
import type { SlackControl } from "./control.ts";
import { OrganizationId } from "./organizations.ts";

const Seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(86_400));

const SettingsBody = v.strictObject({
  grace_seconds: v.optional(Seconds),
  hold_events: v.optional(v.boolean()),
  retry_delays_seconds: v.optional(v.pipe(v.array(Seconds), v.maxLength(10))),
});
type SettingsBody = v.InferOutput<typeof SettingsBody>;

const EventBody = v.strictObject({
  organization: OrganizationId,
  event: v.looseObject({ type: v.string() }),
  seconds_ago: v.optional(v.pipe(v.number(), v.integer())),
  signing_secret: v.optional(v.string()),
});
type EventBody = v.InferOutput<typeof EventBody>;

const ChallengeBody = v.strictObject({ challenge: v.optional(v.string()) });

/** The part of the control API's help that is about Slack. */
export const SLACK_HELP = `Slack:

PATCH  /_control/slack                      any of {"grace_seconds":0,"hold_events":false,
                                            "retry_delays_seconds":[0,60,300]}
GET    /_control/slack/events               events, and what became of each delivery
POST   /_control/slack/events               {"organization":"T0ACME","event":{"type":"…"}}: send one that
                                            did not happen, maybe with "seconds_ago", "signing_secret"
POST   /_control/slack/events/{id}/deliver  send a held event, or one again
POST   /_control/slack/url-verification     {"challenge":"abc"}   ask whose the events URL is
`;

/** The control API of Slack. */
export function slackControlRoutes(slack: SlackControl): ControlRoute[] {
  const onSettings = withBody(SettingsBody, (body) => {
    slack.configure(toSettings(body));
    return noContent();
  });
  const onEvent = withBody(EventBody, async (body) => json(200, await slack.send(toMadeUp(body))));
  const onChallenge = withBody(ChallengeBody, async ({ challenge }) => {
    const { status, body, contentType } = await slack.verifyUrl(challenge);
    return json(200, { status, content_type: contentType, body });
  });
  return [
    { method: "PATCH", path: "/slack", handle: onSettings },
    { method: "GET", path: "/slack/events", handle: () => json(200, { events: slack.events() }) },
    { method: "POST", path: "/slack/events", handle: onEvent },
    {
      method: "POST",
      path: "/slack/events/{id}/deliver",
      handle: async (_, { id = "" }) => json(200, await slack.deliver(id)),
    },
    { method: "POST", path: "/slack/url-verification", handle: onChallenge },
  ];
}

function toSettings({ grace_seconds, hold_events, retry_delays_seconds }: SettingsBody) {
  return {
    ...(grace_seconds !== undefined && { graceSeconds: grace_seconds }),
    ...(hold_events !== undefined && { holdEvents: hold_events }),
    ...(retry_delays_seconds && { retryDelaysSeconds: retry_delays_seconds }),
  };
}

function toMadeUp({ organization, event, seconds_ago, signing_secret }: EventBody) {
  return { organization, event, secondsAgo: seconds_ago, signingSecret: signing_secret };
}
