import { INTAKE_RESERVE_MS } from "../../core/deadlines.ts";
import { slackInteractions } from "../../core/providers/slack/interactions.ts";
import { receiveInteraction } from "../../core/webhooks/receive-interaction.ts";
import { endpoint } from "../http/endpoint.ts";
import { acknowledgement, json } from "../http/reply.ts";
import { MAX_WEBHOOK_BYTES, readBody } from "../http/request.ts";
import { interactionDeps } from "../wiring/webhooks.ts";

/** Slack waits for three seconds after it has sent a request. */
const RESPONSE_MS = 2_500;

const deps = await interactionDeps(slackInteractions);

/** `POST /webhooks/slack/interactions` */
export const handler = endpoint(
  async (event) => {
    const request = { headers: event.headers, body: readBody(event, MAX_WEBHOOK_BYTES) };
    const { timeEpoch } = event.requestContext;
    const answer = await receiveInteraction(deps, slackInteractions, request, {
      remainingMs: () => timeEpoch + RESPONSE_MS - Date.now(),
    });
    return typeof answer === "object" && answer !== null ? json(200, answer) : acknowledgement();
  },
  { reserveMs: INTAKE_RESERVE_MS },
);
