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

export const slackInteractions = {
  summary:
    "Receives clicks, shortcuts, dialogs and slash commands of the Slack app. The function in `slack.interactions` is invoked with the event, and its result is the response; without one, the event is put on the event bus.",
  responses: {
    200: {
      summary:
        "The JSON object that the function returned. No body without one, and if the function failed or took too long.",
    },
  },
  errors: githubWebhook.errors,
  example: { path: "/webhooks/slack/interactions", response: { status: 200 } },
} as const satisfies RouteContract;

export const jiraWebhook = {
  summary:
    "Receives the dynamic webhooks that Grantkeep has registered for each Jira site, and puts each on the event bus. A copy of a delivery that was handled is accepted and dropped.",
  responses: { 202: accepted },
  errors: githubWebhook.errors,
  example: { path: "/webhooks/jira", response: { status: 202, json: {} } },
} as const satisfies RouteContract;
