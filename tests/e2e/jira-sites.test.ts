import * as v from "valibot";
import { expect, test } from "vitest";
import { OrganizationChoice } from "../../functions/http/responses.ts";
import { locationOf, openSession } from "../support/browser-session.ts";
import { consentJira } from "../support/platform-installs.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { sql } = stack.database;
const SITES = ["acme", "acme-eu"] as const;

async function openChoice() {
  const session = openSession();
  const callback = await consentJira(stack, session, { sites: SITES });
  const reply = await session.get(callback, { accept: "application/json" });
  return { session, choice: v.parse(OrganizationChoice, await reply.json()) };
}

async function names(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select organization_name as name from installations order by 1
  `;
  return rows.map(({ name }) => name);
}

test("with one site the install completes at once", async () => {
  const session = openSession();

  const page = await session.get(await consentJira(stack, session, { sites: ["globex"] }));

  expect(await page.text()).toContain("Globex");
  expect(await names()).toEqual(["Globex"]);
});

test("with several sites no installation is stored until the installer chooses one", async () => {
  const session = openSession();
  const page = await session.get(await consentJira(stack, session, { sites: SITES }));

  const html = await page.text();
  expect(page.status).toBe(200);
  expect(html).toContain("Acme EU");
  expect(page.headers.get("content-security-policy")).toContain("form-action 'self'");
  expect(await names()).toEqual(["Globex"]);
  const [pending] = await sql`select grants, organization_ids from pending_installations`;
  expect(pending?.grants).toMatch(/^v1\./);
});

test("the chosen site is stored, with its id in the base URL, and the other one is not", async () => {
  const { session, choice } = await openChoice();
  const site = choice.organizations.find(({ name }) => name === "Acme EU");

  const page = await session.post(`${stack.url}/oauth/jira/organization`, {
    pending_id: choice.pending_id,
    organization_id: site?.id ?? "",
  });
  const lookup = await invoke(stack, "token-lookup", {
    platform: "jira",
    organization_id: site?.id,
  });

  expect(page.status).toBe(200);
  expect(await page.text()).toContain("Acme EU");
  expect(await names()).toEqual(["Acme EU", "Globex"]);
  expect(lookup).toMatchObject({
    ok: true,
    answer: { api_base_url: `${stack.platforms.jiraApiUrl}/ex/jira/${site?.id}` },
  });
});

test("B14 a site on jira.com beside one on atlassian.net: both can be chosen", async () => {
  await stack.platforms.control.jira?.setSites("noah", ["acme", "globex.jira.com"]);
  const picked: unknown[] = [];
  for (const url of ["https://acme.atlassian.net", "https://globex.jira.com"]) {
    const session = openSession();
    const consent = { account: "noah", sites: ["acme", "globex.jira.com"] };
    const callback = await consentJira(stack, session, consent);
    const reply = await session.get(callback, { accept: "application/json" });
    const choice = v.parse(OrganizationChoice, await reply.json());
    const site = choice.organizations.find((offered) => offered.url === url);
    const form = { pending_id: choice.pending_id, organization_id: site?.id ?? "" };
    const answer = await session.post(`${stack.url}/oauth/jira/organization`, form);
    const lookup = { platform: "jira", organization_id: site?.id };
    picked.push(answer.status, await invoke(stack, "token-lookup", lookup));
  }

  expect(picked).toEqual([
    200,
    { ok: true, answer: expect.objectContaining({ organization_name: "Acme" }) },
    200,
    { ok: true, answer: expect.objectContaining({ organization_name: "globex.jira.com" }) },
  ]);
});

test("a site can be chosen once, in the browser that consented, and only from those offered", async () => {
  const { session, choice } = await openChoice();
  const [site] = choice.organizations;
  const form = { pending_id: choice.pending_id, organization_id: site?.id ?? "" };
  const url = `${stack.url}/oauth/jira/organization`;

  const stranger = await openSession().post(url, form);
  const notOffered = await session.post(url, { ...form, organization_id: "somebody-elses-site" });
  const first = await session.post(url, form);
  const second = await session.post(url, form);

  expect([stranger, notOffered, first, second].map(({ status }) => status)).toEqual([
    400, 400, 200, 400,
  ]);
});

test.each([
  ["no pending id", { organization_id: "x" }],
  ["an unknown pending id", { pending_id: "0".repeat(32), organization_id: "x" }],
  [
    "another field",
    { pending_id: "0".repeat(32), organization_id: "x", redirect_uri: "https://evil.example" },
  ],
])("a form with %s is rejected", async (_, form) => {
  const reply = await openSession().post(`${stack.url}/oauth/jira/organization`, form);

  expect(reply.status).toBe(400);
  expect(locationOf(reply)).toBe("");
});
