import * as v from "valibot";
import { expect, test } from "vitest";
import { siteOf } from "../../emulators/jira/sites.ts";
import { openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { consentJira, type JiraConsent } from "../support/platform-installs.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

const DAY = 86_400;

const stack = await startTestStack(
  {},
  {
    configuration: {
      ...TEST_CONFIGURATION,
      platforms: { jira: { webhooks: { events: ["jira:issue_updated"], jql: "project = DEMO" } } },
    },
  },
);
const { sql } = stack.database;
const { control } = stack.platforms;

const Token = v.object({ access_token: v.string(), installation_id: v.string() });

/** Installs the bot on a site: as an account of the same name, because a new consent replaces the sites of the old one. */
async function installOn(site: string, consent: JiraConsent = { account: site }): Promise<number> {
  const session = openSession();
  const callback = await consentJira(stack, session, { sites: [site], ...consent });
  return (await session.get(callback)).status;
}

async function lookUp(site: string) {
  const key = { platform: "jira", organization_id: siteOf(site).cloudId };
  const result = await invoke(stack, "token-lookup", key);
  return v.parse(Token, result.ok ? result.answer : {});
}

/** Returns what Jira has registered for the account whose token is stored. */
async function registeredOn(site: string): Promise<unknown> {
  const { access_token } = await lookUp(site);
  const url = `${stack.platforms.jiraApiUrl}/ex/jira/${siteOf(site).cloudId}/rest/api/3/webhook`;
  return (await fetch(url, { headers: { authorization: `Bearer ${access_token}` } })).json();
}

async function storedOn(site: string) {
  const [row] = await sql`
    select webhook_host as host, webhook_ids as ids, retired_webhook_ids as retired
    from installations
    where organization_id = ${siteOf(site).cloudId}
  `;
  return row;
}

/** Makes the next request for the webhooks of any site fail. */
function failOnce(): void {
  const fault = { kind: "status", status: 503 } as const;
  const path = "/api/ex/jira/*/rest/api/3/webhook";
  control.addFault({ platform: "jira", method: "POST", path, times: 1, milliseconds: 0, fault });
}

test("an install requests the scope, registers the configured webhooks and stores their ids", async () => {
  expect(await installOn("acme", { account: "mia" })).toBe(200);

  expect(await registeredOn("acme")).toMatchObject({
    total: 1,
    values: [
      {
        id: 1,
        url: `${stack.url}/webhooks/jira`,
        events: ["jira:issue_updated"],
        jqlFilter: "project = DEMO",
      },
    ],
  });
  expect(await storedOn("acme")).toEqual({ host: "acme.atlassian.net", ids: ["1"], retired: [] });
});

test("a registration that fails loses no grant, is counted, and is done by tick", async () => {
  failOnce();

  expect(await installOn("initech")).toBe(200);
  const before = await registeredOn("initech");
  const early = await invoke(stack, "tick", {});
  await control.letTimePass(901);
  const later = await invoke(stack, "tick", {});

  expect(before).toMatchObject({ total: 0 });
  expect(stack.output()).toMatch(/"code":"provider_unavailable","WebhookRegistrationFailures":1/);
  expect(early).toMatchObject({ ok: true, answer: { webhooks: 0 } });
  expect(later).toMatchObject({ ok: true, answer: { webhooks: 1, failed: 0 } });
  expect(await registeredOn("initech")).toMatchObject({ total: 1 });
});

test("a re-install keeps the webhook; one by another person replaces it without an event lost", async () => {
  await installOn("acme", { account: "mia" });
  const same = await registeredOn("acme");
  await control.jira?.setAdministrator("noah", true);
  await installOn("acme", { account: "noah" });

  expect(same).toMatchObject({ total: 1, values: [{ id: 1 }] });
  expect(await registeredOn("acme")).toMatchObject({ total: 1, values: [{ id: 2 }] });
  // Mia's is sent until it expires, and is recognized as a repetition.
  expect(await storedOn("acme")).toMatchObject({ ids: ["2"], retired: ["1"] });
});

test("the sweep extends webhooks before they expire", async () => {
  await control.letTimePass(11 * DAY);
  const extended = await invoke(stack, "sweep", {});
  await control.letTimePass(25 * DAY);

  expect(extended).toMatchObject({ ok: true, answer: { webhooks: 2, failed: 0 } });
  expect(await registeredOn("acme")).toMatchObject({ total: 1, values: [{ id: 2 }] });
  expect(await registeredOn("initech")).toMatchObject({ total: 1, values: [{ id: 1 }] });
});

test("the sweep registers again what was registered for another configuration", async () => {
  await sql`update installations set webhook_configuration = 'other'`;
  const cloudId = siteOf("initech").cloudId;
  const { access_token } = await lookUp("initech");
  await fetch(`${stack.platforms.jiraApiUrl}/ex/jira/${cloudId}/rest/api/3/webhook`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ webhookIds: [1] }),
  });

  const changed = await invoke(stack, "sweep", {});
  const settled = await invoke(stack, "sweep", {});

  expect(changed).toMatchObject({ ok: true, answer: { webhooks: 2, failed: 0 } });
  expect(settled).toMatchObject({ ok: true, answer: { webhooks: 0 } });
  expect(await storedOn("initech")).toMatchObject({ ids: ["2"] });
  expect(await registeredOn("acme")).toMatchObject({ total: 1, values: [{ id: 2 }] });
});

test("a deletion removes the webhooks, also with an expired token", async () => {
  const { installation_id: id } = await lookUp("initech");
  await control.letTimePass(7200);

  const deleted = await callApi(stack, "DELETE", `/installations/${id}?revoke=true`);

  expect(await deleted.json()).toEqual({ revocation: "not_supported" });
  expect(control.requests().slice(-2)).toMatchObject([
    { method: "POST", path: "/oauth/token", status: 200 },
    { method: "DELETE", status: 202 },
  ]);
});

test("a deletion whose removal of webhooks fails deletes the installation, and reports that", async () => {
  await installOn("hooli");
  const { installation_id: id } = await lookUp("hooli");
  const fault = { kind: "status", status: 503 } as const;
  const path = "/api/ex/jira/*/rest/api/3/webhook";
  control.addFault({ platform: "jira", method: "DELETE", path, times: 1, milliseconds: 0, fault });

  const deleted = await callApi(stack, "DELETE", `/installations/${id}?revoke=true`);

  expect(await deleted.json()).toEqual({ revocation: "failed" });
  expect((await callApi(stack, "GET", `/installations/${id}`)).status).toBe(404);
});
