import { expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { callApi, startTestStack } from "../support/stack.ts";

const INSTALLATION = {
  platform: "jira",
  organization_id: "site-1",
  organization_name: "Acme",
  access_token: "jira-token-1",
  installed_by: "mia@example.com",
};

/** JSON, because in an object literal some of these keys have a meaning. */
const METADATA =
  '{"constructor":"a","prototype":{"constructor":1},"toString":null,"hasOwnProperty":[]}';

const stack = await startTestStack();

async function readMetadata(id: string): Promise<string> {
  const item = Object(await (await callApi(stack, "GET", `/installations/${id}`)).json());
  return JSON.stringify(item.metadata);
}

function sorted(json: string): string {
  const entries = Object.entries(JSON.parse(json));
  return JSON.stringify(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function create(): Promise<string> {
  const body = `${JSON.stringify(INSTALLATION).slice(0, -1)},"metadata":${METADATA}}`;
  const created = await callApi(stack, "POST", "/installations", body);
  return Object(await created.json()).id;
}

test("metadata keeps keys that JavaScript uses itself: POST, PATCH, export and import", async () => {
  const id = await create();
  const posted = await readMetadata(id);
  await callApi(stack, "PATCH", `/installations/${id}`, '{"metadata":{}}');
  await callApi(stack, "PATCH", `/installations/${id}`, `{"metadata":${METADATA}}`);
  const patched = await readMetadata(id);
  const { ndjson } = await exportPage(stack, await createExportKey());
  await callApi(stack, "DELETE", `/installations/${id}?revoke=false`);
  const imported = await importRows(stack, ndjson);
  const repeated = await importRows(stack, ndjson);

  for (const metadata of [posted, patched, await readMetadata(id)]) {
    expect(sorted(metadata)).toBe(sorted(METADATA));
  }
  expect([imported.created, repeated.unchanged]).toEqual([1, 1]);
});

test("metadata of an install link keeps these keys, and a new install merges them", async () => {
  const body = '{"platform":"slack","metadata":{"constructor":"acme","prototype":"p"}}';
  const { url } = await createLink(stack, JSON.parse(body));
  const session = openSession();
  const start = await openLink(session, url);
  const callback = await consentSlack(stack, session, "T0ACME", start);
  const reply = await session.get(callback, { accept: "application/json" });

  const metadata = await readMetadata(Object(await reply.json()).installation_id);

  expect(sorted(metadata)).toBe(sorted('{"constructor":"acme","prototype":"p"}'));
});

test.each([
  ["POST", "/installations", '{"__proto__":"x"}'],
  ["POST", "/install-links", '{"__proto__":"x"}'],
  ["POST", "/installations", '{"a":{"__proto__":{}}}'],
])("%s %s refuses the metadata %s", async (method, path, metadata) => {
  const fields =
    path === "/installations" ? { ...INSTALLATION, organization_id: "2" } : { platform: "jira" };
  const body = `${JSON.stringify(fields).slice(0, -1)},"metadata":${metadata}}`;

  const answer = await callApi(stack, method, path, body);

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: "invalid_request" });
});
