import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { startTestStack } from "../support/stack.ts";
import { expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { installOn } from "./installed.ts";
import { createWebhookSender, jiraEvent, signJira } from "./webhooks.ts";

const webhooks = { events: ["jira:issue_updated" as const], jql: "project = DEMO" };
const stack = await startTestStack(
  { EVENT_BUS_NAME: "bus-1" },
  { configuration: { ...TEST_CONFIGURATION, platforms: { jira: { webhooks } } } },
);
const send = createWebhookSender(stack);

// The webhooks of both sites have the id 1.
const acme = await installOn(stack, "jira", "acme-labs");
const other = await installOn(stack, "jira", "hooli");

const { hold } = await createConventions(stack, async () => {
  return (await send.jira(jiraEvent("good-request"))).status === 202;
});

const SECRET: string = exampleApps.jira.clientSecret;
const INVALID_SIGNATURE = {
  status: 401,
  code: "invalid_signature",
  description: "The request is not signed by the platform.",
};

const seconds = () => Math.floor(Date.now() / 1000);

function sign(claims: Record<string, number>, alg = "HS256", secret = SECRET): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret))
    .then((token) => `Bearer ${token}`);
}

/** Returns the events that were made of deliveries, but for those of the good request of the conventions. */
function eventsSince(start: number) {
  return stack.aws.events.slice(start).filter(({ source, detail }) => {
    const isGood = String(detail.delivery_id).startsWith("jira:good-request.");
    return source === "grantkeep.webhooks" && !isGood;
  });
}

describe("no signature of Jira is", () => {
  test.each<[string, () => Promise<string | null> | string | null]>([
    ["WH-058 a JWT without a signature", () => `Bearer ${new UnsecuredJWT({}).encode()}`],
    [
      "WH-058 one by another algorithm",
      () => sign({ iat: seconds(), exp: seconds() + 60 }, "HS384"),
    ],
    ["WH-059 one by another secret", () => signJira({ secret: "another-secret-of-16-chars" })],
    ["WH-059 one by Slack's secret", () => signJira({ secret: exampleApps.slack.signingSecret })],
    ["WH-062 one that has expired", () => signJira({ secondsAgo: 600 })],
    ["WH-062 one that never expires", () => sign({ iat: seconds() })],
    ["WH-062 one without a time", () => sign({ exp: seconds() + 60 })],
    ["WH-001 none", () => null],
    ["WH-002 an empty one", () => "Bearer "],
  ])("%s", async (_, header) => {
    const start = stack.aws.events.length;
    const authorization = await header();

    const answer = await hold(() => send.jira(jiraEvent("acme-labs"), { authorization }));

    expectRefusal(answer, INVALID_SIGNATURE);
    expect(eventsSince(start)).toEqual([]);
  });
});

test("WH-084 two sites with the same id of a webhook each get their own delivery", async () => {
  const start = stack.aws.events.length;

  for (const site of ["acme-labs", "hooli"]) {
    const answer = await hold(() => send.jira(jiraEvent(site)));
    expect(answer.status).toBe(202);
  }

  expect(eventsSince(start).map(({ detail }) => detail.installation_id)).toEqual([acme, other]);
});

test.each<[string, string, object]>([
  ["WH-085 one of whose ids another webhook has", "acme-labs", { matchedWebhookIds: [1, 2] }],
  ["WH-085 with the id of no webhook", "acme-labs", { matchedWebhookIds: [99] }],
  ["WH-085 without ids", "acme-labs", { matchedWebhookIds: undefined }],
  ["WH-085 with no ids", "acme-labs", { matchedWebhookIds: [] }],
  ["WH-085 of a site without an installation", "globex", {}],
  [
    "WH-085 whose site is only in its text",
    "globex",
    {
      issue: { self: "https://globex.example/?https://acme-labs.atlassian.net/rest/api/2/issue/1" },
    },
  ],
])("%s is nobody's delivery, and is handed over without its body", async (_, site, more) => {
  const start = stack.aws.events.length;

  const answer = await hold(() => send.jira(jiraEvent(site, more)));

  expect(answer.status).toBe(202);
  const events = eventsSince(start);
  expect(events).toMatchObject([{ detailType: "jira.issue_updated.unclaimed" }]);
  expect(events[0]?.detail).not.toHaveProperty("body");
  expect(events[0]?.detail.installation_id ?? null).toBeNull();
});

test("WH-086 the same identifier of two sites is two deliveries, and of one site one", async () => {
  const start = stack.aws.events.length;
  const headers = { "x-atlassian-webhook-identifier": "same-identifier" };

  for (const site of ["acme-labs", "hooli", "acme-labs"]) {
    const answer = await hold(() => send.jira(jiraEvent(site), headers));
    expect(answer.status).toBe(202);
  }

  expect(eventsSince(start).map(({ detail }) => detail.installation_id)).toEqual([acme, other]);
});

test("WH-087 a body that is no event of Jira is refused", async () => {
  for (const body of ["null", "[]", "{}", '{"webhookEvent":"jira:Issue Updated"}']) {
    const answer = await hold(() => send.jira(body));
    expectRefusal(answer, {
      status: 400,
      code: "invalid_request",
      description: "The body is not valid.",
    });
  }
});

test("WH-049 `__proto__` in a body of Jira is data", async () => {
  const start = stack.aws.events.length;
  const body = jiraEvent("acme-labs").replace(/^\{/, '{"__proto__":{"polluted":true},');

  const answer = await hold(() => send.jira(body));

  expect(answer.status).toBe(202);
  expect(JSON.stringify(eventsSince(start)[0]?.detail.body)).toContain('"__proto__"');
});
