import { createHmac, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { exampleApps } from "../../emulators/platforms.ts";
import type { TestStack } from "../support/stack.ts";
import { type Answer, answerOf } from "./answers.ts";

type SentHeaders = Readonly<Record<string, string | null>>;

const GITHUB_SECRET: string = exampleApps.github.webhookSecret;
const SLACK_SECRET: string = exampleApps.slack.signingSecret;
const JIRA_SECRET: string = exampleApps.jira.clientSecret;

/** A webhook of GitHub about an installation, which may or may not match its state. */
export const githubEvent = (action: string, id: unknown, more: object = {}) =>
  JSON.stringify({ action, installation: { id }, sender: { id: 1, login: "octocat" }, ...more });

/** An event of Slack about a team. */
export const slackEvent = (type: string, teamId: string, more: object = {}) =>
  JSON.stringify({
    type: "event_callback",
    team_id: teamId,
    api_app_id: exampleApps.slack.appId,
    event_id: `Ev${randomUUID().replaceAll("-", "")}`,
    event: { type },
    ...more,
  });

/** An issue of a site was moved, as its only webhook reports it. */
export const jiraEvent = (site: string, more: object = {}) =>
  JSON.stringify({
    timestamp: Date.now(),
    webhookEvent: "jira:issue_updated",
    issue_event_type_name: "issue_generic",
    issue: { id: "1", self: `https://${site}.atlassian.net/rest/api/2/issue/1`, key: "DEMO-1" },
    matchedWebhookIds: [1],
    ...more,
  });

/** The header by which Jira authenticates a webhook, so many seconds ago. */
export async function signJira({ secondsAgo = 0, secret = JIRA_SECRET } = {}): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000) - secondsAgo;
  const token = await new SignJWT({ iat: issuedAt, exp: issuedAt + 180 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
  return `Bearer ${token}`;
}

/** The header by which GitHub signs a body. */
export function signGithub(body: string, secret = GITHUB_SECRET, algorithm = "sha256"): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
}

/** The headers by which Slack signs a body, so many seconds ago. */
export function signSlack(body: string, { secondsAgo = 0, secret = SLACK_SECRET } = {}) {
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` };
}

/** Sends webhooks with a right signature; `null` leaves a header out. */
export function createWebhookSender({ url }: TestStack) {
  return {
    github: (body: string, headers: SentHeaders = {}) =>
      post(`${url}/webhooks/github`, body, {
        "x-github-event": "installation",
        "x-github-delivery": randomUUID(),
        "x-hub-signature-256": signGithub(body),
        ...headers,
      }),
    slack: (body: string, headers: SentHeaders = {}) =>
      post(`${url}/webhooks/slack`, body, { ...signSlack(body), ...headers }),
    jira: async (body: string, headers: SentHeaders = {}) =>
      post(`${url}/webhooks/jira`, body, {
        authorization: await signJira(),
        "x-atlassian-webhook-identifier": randomUUID(),
        ...headers,
      }),
  };
}

async function post(url: string, body: string, headers: SentHeaders): Promise<Answer> {
  const sent = new Headers({ "content-type": "application/json" });
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) sent.delete(name);
    else sent.set(name, value);
  }
  return answerOf(await fetch(url, { method: "POST", body, headers: sent }));
}
