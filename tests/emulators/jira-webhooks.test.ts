import { jwtVerify } from "jose";
import { expect, test } from "vitest";
import { jiraOf } from "./emulated-jira.ts";
import { create, EVENTS, startSite, toDocument } from "./emulated-jira-webhooks.ts";

test("an issue that is created, moved and commented on sends signed webhooks", async () => {
  const { emulators, receiver, call, register } = await startSite();
  await register();
  await create(call);
  await call("POST", "/issue/DEMO-1/transitions", { transition: { id: "21" } });
  await call("POST", "/issue/DEMO-1/comment", { body: toDocument("Done") });
  await jiraOf(emulators).settled();

  const bodies = receiver.received.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ webhookEvent }) => webhookEvent).sort()).toEqual([...EVENTS].sort());
  const self = expect.stringMatching(/^https:\/\/acme\.atlassian\.net\/rest\/api\/2\/issue\/\d+/);
  for (const body of bodies) {
    expect(body).toMatchObject({ timestamp: expect.any(Number), matchedWebhookIds: [1] });
    expect(body.issue).toMatchObject({ self, key: "DEMO-1" });
  }
  expect(bodies.find(({ webhookEvent }) => webhookEvent === "jira:issue_updated")).toMatchObject({
    user: { displayName: "Mia Krystof" },
    issue: { fields: { status: { name: "In Progress" }, description: "Steps" } },
    changelog: {
      items: [{ field: "status", fromString: "To Do", toString: "In Progress", to: "10001" }],
    },
  });
  expect(bodies.find(({ webhookEvent }) => webhookEvent === "comment_created")).toMatchObject({
    comment: { self, body: "Done", author: { displayName: "Mia Krystof" } },
  });
  const identifiers = receiver.received.map(
    ({ headers }) => headers["x-atlassian-webhook-identifier"],
  );
  expect(new Set(identifiers).size).toBe(3);
  const [, token = ""] = String(receiver.received[0]?.headers.authorization).split(" ");
  const { payload } = await jwtVerify(token, new TextEncoder().encode("jira-secret-1"), {
    algorithms: ["HS256"],
  });
  expect(payload).toEqual({ iat: expect.any(Number), exp: expect.any(Number) });
});

test("the buttons of the page of an issue move it and send a webhook", async () => {
  const { emulators, receiver, call, register } = await startSite();
  await register();
  await create(call);
  const page = `${emulators.jiraAuthUrl}/sites/acme/browse/DEMO-1`;

  expect(await (await fetch(page)).text()).toContain(
    '<button name="status" value="Done">Done</button>',
  );
  const body = new URLSearchParams({ account: "noah", status: "Done" });
  await fetch(`${page}/status`, { method: "POST", body });
  const refused = await fetch(`${page}/status`, {
    method: "POST",
    body: new URLSearchParams({ account: "noah", status: "Nowhere" }),
  });
  await jiraOf(emulators).settled();

  expect(refused.status).toBe(400);
  const updates = receiver.received
    .map((request) => JSON.parse(request.body))
    .filter(({ webhookEvent }) => webhookEvent === "jira:issue_updated");
  expect(updates).toMatchObject([
    { user: { displayName: "Noah Berg" }, issue: { fields: { status: { name: "Done" } } } },
  ]);
});

test("a webhook gets only its events, on the issues of its filter", async () => {
  const { emulators, call, register } = await startSite();
  await register({ events: ["comment_created"], jqlFilter: "project = OPS" });
  await register({ events: EVENTS, jqlFilter: 'project IN (DEMO) AND status != "Done"' });
  await register({ events: ["jira:issue_created"], jqlFilter: "issuetype = Bug" });
  await create(call);
  await call("POST", "/issue/DEMO-1/transitions", { transition: { id: "31" } });
  await call("POST", "/issue/DEMO-1/comment", { body: toDocument("Done") });

  const sent = jiraOf(emulators).deliveries();

  expect(sent.map(({ event, body }) => [event, JSON.parse(body).matchedWebhookIds])).toEqual([
    ["jira:issue_created", [2, 3]],
  ]);
});

test("a failed delivery is tried again with the same identifier, a refused one is not", async () => {
  const { emulators, receiver, call, register } = await startSite({ statuses: [503, 200, 401] });
  jiraOf(emulators).configure({ webhookRetryDelaysSeconds: [0, 0] });
  await register();

  await create(call);
  await jiraOf(emulators).settled();
  await create(call);
  await jiraOf(emulators).settled();

  const headers = receiver.received.map((request) => request.headers);
  const ids = headers.map((each) => each["x-atlassian-webhook-identifier"]);
  expect(headers.map((each) => each["x-atlassian-webhook-retry"])).toEqual([
    undefined,
    "1",
    undefined,
  ]);
  expect(ids[0]).toBe(ids[1]);
  expect(jiraOf(emulators).deliveries()).toMatchObject([
    { state: "delivered", attempts: [{ status: 503 }, { status: 200 }] },
    { state: "failed", attempts: [{ status: 401, result: "refused" }] },
  ]);
});

test("held webhooks are delivered by hand, in any order and more than once", async () => {
  const { emulators, receiver, call, register } = await startSite();
  jiraOf(emulators).configure({ holdWebhooks: true });
  await register();
  await create(call);
  await create(call);
  const [first, second] = jiraOf(emulators).deliveries();

  for (const delivery of [second, first, first])
    await jiraOf(emulators).deliver(delivery?.id ?? "");

  const ids = receiver.received.map(({ headers }) => headers["x-atlassian-webhook-identifier"]);
  expect(ids).toEqual([second?.id, first?.id, first?.id]);
});

test("an account that revoked its grant, or a site that was removed from it, gets no webhook", async () => {
  const { emulators, call, register } = await startSite();
  const noah = await startSite({ emulators, account: "noah" });
  await register();
  await noah.register();

  await emulators.control.revoke("jira", "noah");
  await create(call);
  await jiraOf(emulators).removeSite("mia", "acme");

  const sent = jiraOf(emulators).deliveries();
  expect(sent.map(({ body }) => JSON.parse(body).matchedWebhookIds)).toEqual([[1]]);
});

test("the control API holds webhooks and sends one with another secret", async () => {
  const { emulators, receiver, register } = await startSite();
  const control = `${emulators.url}/_control/jira`;
  const custom = {
    site: "acme",
    body: { webhookEvent: "jira:issue_deleted" },
    client_secret: "other",
  };

  const early = await fetch(`${control}/webhooks`, {
    method: "POST",
    body: JSON.stringify(custom),
  });
  await register();
  await fetch(control, { method: "PATCH", body: JSON.stringify({ hold_webhooks: true }) });
  const sent = await fetch(`${control}/webhooks`, { method: "POST", body: JSON.stringify(custom) });
  const listed = await fetch(`${control}/webhooks`);

  expect(early.status).toBe(409);
  expect(await sent.json()).toMatchObject({ event: "jira:issue_deleted", state: "delivered" });
  expect(await listed.json()).toMatchObject({ webhooks: [{ site: "acme" }] });
  const [, token = ""] = String(receiver.received[0]?.headers.authorization).split(" ");
  await expect(jwtVerify(token, new TextEncoder().encode("jira-secret-1"))).rejects.toThrow();
  await jwtVerify(token, new TextEncoder().encode("other"));
});
