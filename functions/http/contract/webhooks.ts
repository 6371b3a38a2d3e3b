import { WebhookAccepted, WebhookChallenge } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

const accepted = {
  summary: "The delivery was accepted.",
  json: { schema: WebhookAccepted, fields: {} },
};

export const githubWebhook = {
  summary:
    "Receives the webhooks of the GitHub App and updates the installations that they are about.",
  responses: { 202: accepted },
  errors: [
    "invalid_request",
    "invalid_signature",
    "too_large",
    "unsupported_media_type",
    "platform_not_configured",
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "retry_later",
  ],
  example: { path: "/webhooks/github", response: { status: 202, json: {} } },
} as const satisfies RouteContract;

export const slackWebhook = {
  summary:
    "Receives the events of the Slack app and updates the installations that they are about.",
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
