import * as v from "valibot";
import { withBody } from "../control-body.ts";
import { DeliveryRules } from "../delivery-queue.ts";
import { createApp, type EmulatorApp, jsonResponse } from "../http.ts";
import type { SlackControl } from "./control.ts";
import { ClickInput, CommandInput, PostInput } from "./interaction-control.ts";
import { SlackOrganizationId } from "./organizations.ts";

const Seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(86_400));

const SettingsBody = v.strictObject({
  grace_seconds: v.optional(Seconds),
  hold_events: v.optional(v.boolean()),
  retry_delays_seconds: v.optional(v.pipe(v.array(Seconds), v.maxLength(10))),
  delivery: v.optional(DeliveryRules),
});
type SettingsBody = v.InferOutput<typeof SettingsBody>;

const EventBody = v.strictObject({
  organization: SlackOrganizationId,
  event: v.looseObject({ type: v.string() }),
  seconds_ago: v.optional(v.pipe(v.number(), v.integer())),
  signing_secret: v.optional(v.string()),
  app_id: v.optional(v.string()),
  envelope: v.optional(v.record(v.string(), v.unknown())),
});
type EventBody = v.InferOutput<typeof EventBody>;

const InteractionBody = v.strictObject({
  organization: SlackOrganizationId,
  channel: v.string(),
});

const ReleaseBody = v.strictObject({ ids: v.optional(v.array(v.string())) });

const ExpireBody = v.strictObject({ organization: SlackOrganizationId });

const ChallengeBody = v.strictObject({ challenge: v.optional(v.string()) });

/** Documents Slack's part of the control API. */
export const SLACK_HELP = `Slack:

PATCH  /_control/slack                      any of {"grace_seconds":0,"hold_events":false,
                                            "retry_delays_seconds":[0,60,300],"delivery":{"senders":100,
                                            "order":"sent","copies":1,"delay_milliseconds":0,
                                            "timeout_milliseconds":3000}}   order: sent, random
GET    /_control/slack/events               list events and the result of each delivery
POST   /_control/slack/events               {"organization":"T0ACME","event":{"type":"…"}}   send an event
                                            once; optional: "seconds_ago", "signing_secret", "app_id", "envelope":{"authorizations":[]}
POST   /_control/slack/events/{id}/deliver  send a held event, or send one again
POST   /_control/slack/events/release       {"ids":["Ev1"]} send these held events; {} send all
POST   /_control/slack/messages             {"organization":"T0ACME","channel":"bots","text":"Hi","user":"U0ADA"}
                                            post as a person; "app":"A0OTHER" as another app
POST   /_control/slack/commands             {"organization":"T0ACME","channel":"bots","command":"/ask","text":"Why?"}
                                            run a slash command; returns the response of the app
POST   /_control/slack/clicks               {"organization":"T0ACME","channel":"bots","ts":"…","action_id":"…"}
                                            click on a button of a message; returns the response of the app
GET    /_control/slack/interactions         list clicks and commands, and their responses
POST   /_control/slack/interactions         {"organization":"T0ACME","channel":"bots"}   interact with the app;
                                            returns a trigger id and a response URL
POST   /_control/slack/url-verification     {"challenge":"abc"}   verify the events URL
POST   /_control/slack/expire               {"organization":"T0ACME"}   expire access tokens now; refresh
                                            tokens stay valid
POST   /_control/revoke                     {"platform":"slack","login":"T0ACME"}
`;

/** Creates the routes below `/_control/slack`. */
export function createSlackControlApp(slack: SlackControl): EmulatorApp {
  const app = createApp();
  app.patch(
    "/",
    withBody(SettingsBody, (body) => {
      slack.configure(toSettings(body));
      if (body.delivery) slack.configureDelivery(body.delivery);
      return new Response(null, { status: 204 });
    }),
  );
  app.get("/events", () => jsonResponse(200, { events: slack.events() }));
  app.post(
    "/events",
    withBody(EventBody, async (body) => jsonResponse(200, await slack.send(toCustomEvent(body)))),
  );
  app.post("/events/:id/deliver", async (c) =>
    jsonResponse(200, await slack.deliver(c.req.param("id"))),
  );
  app.post(
    "/events/release",
    withBody(ReleaseBody, async ({ ids }) => {
      await slack.release(ids);
      return new Response(null, { status: 204 });
    }),
  );
  addInteractionRoutes(app, slack);
  app.post(
    "/interactions",
    withBody(InteractionBody, ({ organization, channel }) => {
      const { triggerId, responseUrl, ...interaction } = slack.interact(organization, channel);
      const { channel: channel_id, userId: user_id } = interaction;
      const ids = { trigger_id: triggerId, response_url: responseUrl, channel_id, user_id };
      return jsonResponse(201, ids);
    }),
  );
  app.post(
    "/expire",
    withBody(ExpireBody, async ({ organization }) => {
      await slack.expireTokens(organization);
      return new Response(null, { status: 204 });
    }),
  );
  app.post(
    "/url-verification",
    withBody(ChallengeBody, async ({ challenge }) => {
      const { status, body, contentType } = await slack.verifyUrl(challenge);
      return jsonResponse(200, { status, content_type: contentType, body });
    }),
  );
  return app;
}

function addInteractionRoutes(app: EmulatorApp, slack: SlackControl): void {
  app.post(
    "/messages",
    withBody(PostInput, async (body) => jsonResponse(201, await slack.post(body))),
  );
  app.post(
    "/commands",
    withBody(CommandInput, async (body) => jsonResponse(200, await slack.command(body))),
  );
  app.post(
    "/clicks",
    withBody(ClickInput, async (body) => jsonResponse(200, await slack.click(body))),
  );
  app.get("/interactions", () => jsonResponse(200, { interactions: slack.interactions() }));
}

function toSettings({ grace_seconds, hold_events, retry_delays_seconds }: SettingsBody) {
  return {
    ...(grace_seconds !== undefined && { graceSeconds: grace_seconds }),
    ...(hold_events !== undefined && { holdEvents: hold_events }),
    ...(retry_delays_seconds && { retryDelaysSeconds: retry_delays_seconds }),
  };
}

function toCustomEvent({ organization, event, envelope, ...body }: EventBody) {
  const { seconds_ago: secondsAgo, signing_secret: signingSecret, app_id: appId } = body;
  return { organization, event, envelope, secondsAgo, signingSecret, appId };
}
