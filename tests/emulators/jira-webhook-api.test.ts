import { expect, test } from "vitest";
import { install } from "./emulated-jira.ts";
import { apiOf, EVENTS, SCOPE, startSite } from "./emulated-jira-webhooks.ts";

const DAY = 86_400;

test.each([
  ["an operator that webhooks do not have", { jqlFilter: "assignee ~ mia" }, "unsupported"],
  [
    "a field that webhooks do not have",
    { jqlFilter: "project = DEMO AND labels = a" },
    "unsupported",
  ],
  ["an order", { jqlFilter: "project = DEMO ORDER BY created" }, "unsupported"],
  ["no filter", { jqlFilter: "" }, "empty"],
  ["an event that does not exist", { events: ["issue_updated"] }, "not supported"],
  ["no event", { events: [] }, "At least one event"],
])("a webhook with %s is refused in a response with status 200", async (_, fields, message) => {
  const { register } = await startSite();

  expect(await register(fields)).toEqual([{ errors: [expect.stringContaining(message)] }]);
});

test("an account has at most five webhooks on a site, with one URL", async () => {
  const { register, call } = await startSite();
  for (let count = 0; count < 5; count += 1) await register();

  expect(await register()).toEqual([{ errors: [expect.stringContaining("limit")] }]);
  const webhooks = [{ events: EVENTS, jqlFilter: "project = DEMO" }];
  const other = await call("POST", "/webhook", { url: "https://other.example.com/", webhooks });
  expect(other.status).toBe(400);
});

test("webhooks expire after 30 days, unless they are extended", async () => {
  const { emulators, register } = await startSite();
  await register();
  await register();
  await emulators.control.letTimePass(29 * DAY);
  const { access_token } = await install(emulators, { sites: ["acme"], scope: SCOPE });
  const later = { authorization: `Bearer ${access_token}` };

  const extended = await fetch(`${apiOf(emulators)}/webhook/refresh`, {
    method: "PUT",
    headers: { ...later, "content-type": "application/json" },
    body: JSON.stringify({ webhookIds: [2, 99] }),
  });
  await emulators.control.letTimePass(2 * DAY);
  const { access_token: newest } = await install(emulators, { sites: ["acme"], scope: SCOPE });
  const left = await fetch(`${apiOf(emulators)}/webhook`, {
    headers: { authorization: `Bearer ${newest}` },
  });

  expect(await extended.json()).toEqual({
    expirationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/),
  });
  expect(await left.json()).toMatchObject({ total: 1, values: [{ id: 2 }] });
});

test("ids repeat between sites, and webhooks of others are neither listed nor deleted", async () => {
  const { emulators, register, call, listed } = await startSite();
  const noah = await startSite({ emulators, account: "noah" });
  const eu = await startSite({ emulators, site: "acme-eu", sites: ["acme", "acme-eu"] });

  expect(await register()).toEqual([{ createdWebhookId: 1 }]);
  expect(await noah.register()).toEqual([{ createdWebhookId: 2 }]);
  expect(await eu.register()).toEqual([{ createdWebhookId: 1 }]);
  await call("DELETE", "/webhook", { webhookIds: [1, 2] });
  expect(await listed()).toMatchObject({ total: 0 });
  expect(await noah.listed()).toMatchObject({ total: 1, values: [{ id: 2 }] });
  expect(await eu.listed()).toMatchObject({ total: 1, values: [{ id: 1 }] });
});

test("the API of webhooks needs the scope that manages them", async () => {
  const { call } = await startSite({ scope: "read:jira-work offline_access" });

  const statuses = [];
  for (const [method, path] of [
    ["GET", ""],
    ["POST", ""],
    ["DELETE", ""],
    ["PUT", "/refresh"],
  ] as const) {
    const body =
      method === "GET"
        ? undefined
        : { webhookIds: [], url: "https://a.example", webhooks: [{ events: [] }] };
    statuses.push((await call(method, `/webhook${path}`, body)).status);
  }

  expect(statuses).toEqual([401, 401, 401, 401]);
});
