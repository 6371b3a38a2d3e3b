import { expect, test } from "vitest";
import { siteOf } from "../../emulators/jira/sites.ts";
import { openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { consentJira } from "../support/platform-installs.ts";
import { startRecordingBot } from "../support/recording-bot.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const bot = await startRecordingBot();
const stack = await startTestStack(
  { EVENT_BUS_NAME: "bus-1", BOT_URL: bot.url },
  {
    configuration: {
      ...TEST_CONFIGURATION,
      platforms: {
        jira: {
          scopes: ["read:jira-work", "write:jira-work", "read:me"],
          webhooks: {
            events: ["jira:issue_created", "jira:issue_updated", "comment_created"],
            jql: "project = DEMO",
          },
        },
      },
    },
  },
);
const { control, jiraAuthUrl, jiraApiUrl } = stack.platforms;

/** Installs the bot with a link, as an account of the name of its site. */
async function installOn(site: string, metadata: Record<string, string> = {}): Promise<void> {
  const { url } = await createLink(stack, { platform: "jira", metadata });
  const session = openSession();
  const start = await openLink(session, url);
  const callback = await consentJira(stack, session, { account: site, sites: [site], start });
  expect((await session.get(callback)).status).toBe(200);
}

const keyOf = (site: string) => ({ platform: "jira", organization_id: siteOf(site).cloudId });

/** Requests the API of a site with the token of its installation. */
async function call(site: string, path: string, body: object): Promise<void> {
  const result = await invoke(stack, "token-lookup", keyOf(site));
  if (!result.ok) throw new Error(result.message);
  const { access_token: token } = JSON.parse(JSON.stringify(result.answer));
  const response = await fetch(`${jiraApiUrl}/ex/jira/${siteOf(site).cloudId}/rest/api/3${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}

function createIssue(site: string): Promise<void> {
  const fields = {
    project: { key: "DEMO" },
    summary: "It does not work",
    issuetype: { name: "Bug" },
  };
  return call(site, "/issue", { fields });
}

/** Returns the events that were sent since, after every delivery has ended. */
async function sentSince(start: number) {
  await control.jira?.settled();
  return stack.aws.events.slice(start).filter(({ source }) => source === "grantkeep.webhooks");
}

test("an issue that is created, moved and commented on is on the bus, with its installation and the whole body", async () => {
  await installOn("acme-labs", { customer: "c-1" });
  const start = stack.aws.events.length;

  await createIssue("acme-labs");
  await call("acme-labs", "/issue/DEMO-1/transitions", { transition: { id: "21" } });
  await fetch(`${jiraAuthUrl}/sites/acme-labs/browse/DEMO-1/status`, {
    method: "POST",
    body: new URLSearchParams({ account: "mia", status: "Done" }),
  });
  await fetch(`${jiraAuthUrl}/sites/acme-labs/browse/DEMO-1`, {
    method: "POST",
    body: new URLSearchParams({ account: "mia", text: "Thank you" }),
  });

  const events = await sentSince(start);
  expect(events.map(({ detailType }) => detailType).toSorted()).toEqual([
    "jira.comment_created",
    "jira.issue_created",
    "jira.issue_updated",
    "jira.issue_updated",
  ]);
  const sent = control.jira?.deliveries() ?? [];
  for (const { detail } of events) {
    const delivery = sent.find(
      ({ id }) => detail.delivery_id === `jira:acme-labs.atlassian.net/${id}`,
    );
    expect(detail).toMatchObject({
      installation_id: expect.stringMatching(/^inst-/),
      platform: "jira",
      organization_id: siteOf("acme-labs").cloudId,
      organization_name: "acme-labs",
      metadata: { customer: "c-1" },
      body: JSON.parse(delivery?.body ?? "null"),
    });
  }
  await stack.aws.eventsSettled();
  const received = bot.requests.map(({ event }) => event);
  for (const { detailType, detail } of events) {
    expect(received).toContainEqual(expect.objectContaining({ "detail-type": detailType, detail }));
  }
  const moved = events.filter(({ detailType }) => detailType === "jira.issue_updated");
  expect(moved.map(({ detail }) => detail)).toMatchObject([
    { event: "issue_updated", action: "issue_generic", body: { issue: { key: "DEMO-1" } } },
    { event: "issue_updated", action: "issue_generic", body: { issue: { key: "DEMO-1" } } },
  ]);
});

test("two sites whose webhooks have the same id each get their own events", async () => {
  await installOn("initech");
  await installOn("hooli");
  const start = stack.aws.events.length;

  await createIssue("initech");
  await createIssue("hooli");

  const events = await sentSince(start);
  const found = events.map(({ detail }) => [detail.organization_name, detail.organization_id]);
  expect(found.toSorted()).toEqual([
    ["hooli", siteOf("hooli").cloudId],
    ["initech", siteOf("initech").cloudId],
  ]);
  for (const { detail } of events) expect(detail.body).toMatchObject({ matchedWebhookIds: [1] });
});

test("a delivery that is sent twice is on the bus once", async () => {
  control.jira?.configure({ holdWebhooks: true });
  await createIssue("initech");
  const start = stack.aws.events.length;
  const held = control.jira?.deliveries().findLast(({ state }) => state === "held");

  const first = await control.jira?.deliver(held?.id ?? "");
  const second = await control.jira?.deliver(held?.id ?? "");
  control.jira?.configure({ holdWebhooks: false });

  expect([first?.attempts, second?.attempts]).toMatchObject([
    [{ status: 202 }],
    [{ status: 202 }, { status: 202 }],
  ]);
  expect(await sentSince(start)).toHaveLength(1);
});

test("after an install by another person, events of the old webhook are dropped, and those of the new one sent", async () => {
  const jira = control.jira;
  await jira?.setSites("noah", ["initech"]);
  await jira?.setAdministrator("noah", true);
  const session = openSession();
  await session.get(await consentJira(stack, session, { account: "noah", sites: ["initech"] }));
  const start = stack.aws.events.length;

  await createIssue("initech");

  const events = await sentSince(start);
  expect(events).toMatchObject([
    { detailType: "jira.issue_created", detail: { body: { matchedWebhookIds: [2] } } },
  ]);
  const sent = jira?.deliveries().slice(-2) ?? [];
  expect(sent.map(({ state }) => state)).toEqual(["delivered", "delivered"]);
});
