import { WebhookAccepted, WebhookChallenge } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

const accepted = {
  summary: "The delivery was accepted.",
  json: { schema: WebhookAccepted, fields: {} },
};

export const githubWebhook = {
  summary:
    "Receives the webhooks of the GitHub App, as JSON or as a form, and puts each on the event bus. A copy of a delivery that was handled is accepted and dropped.",
  responses: { 202: accepted },
  errors: [
    "invalid_request",
    "invalid_signature",
    "too_large",
    "unsupported_media_type",
    "platform_not_configured",
    "retry_later",
  ],
  example: { path: "/webhooks/github", response: { status: 202, json: {} } },
} as const satisfies RouteContract;

export const slackWebhook = {
  summary:
    "Receives the events of the Slack app and puts each on the event bus. A copy of an event that was handled is accepted and dropped.",
  responses: {
    200: {
      summary: "The response to Slack's verification of the URL.",
      json: {
        schema: WebhookChallenge,
        fields: { challenge: "The `challenge` of the request." },
      },
    },
    202: accepted,
  },
  errors: githubWebhook.errors,
  example: { path: "/webhooks/slack", response: { status: 202, json: {} } },
} as const satisfies RouteContract;
