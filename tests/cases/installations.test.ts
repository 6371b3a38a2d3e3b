import * as v from "valibot";
import { expect, test } from "vitest";
import { callApi, startTestStack } from "../support/stack.ts";
import { type Answer, answerOf, expectRefusal } from "./answers.ts";
import { createConventions, type Effects } from "./assertions.ts";
import { IMPORT, importInstallation } from "./imported.ts";

const INVALID = { status: 400, code: "invalid_request" };
const STORES: Effects = { changes: ["installations"] };
const List = v.object({ next_cursor: v.string() });

const stack = await startTestStack();
const id = await importInstallation(stack);
const PATH = `/installations/${id}`;
const UNKNOWN = "/installations/inst-00000000000000000000000000000000";

const { hold, plant } = await createConventions(
  stack,
  async () => (await callApi(stack, "GET", PATH)).ok,
);

async function call(...request: [method: string, path: string, body?: unknown]): Promise<Answer> {
  return answerOf(await callApi(stack, ...request));
}

test.each([
  ["CR-071 null for a flag", { is_active: null }],
  ["CR-071 null for a name", { organization_name: null }],
  ["CR-071 null for metadata", { metadata: null }],
  ["CR-071 null for an access token", { access_token: null }],
  ["CR-071 null for a status", { status: null }],
  ["CR-073 a list for a flag", { is_active: ["true"] }],
  ["CR-073 a list for a name", { organization_name: ["octo-org"] }],
  ["CR-073 a text for a list", { scopes: "repo" }],
  ["CR-074 a text for a flag", { is_active: "true" }],
  ["CR-074 a number for a flag", { is_active: 1 }],
  ["CR-075 a flag in upper case", { is_active: "TRUE" }],
  ["CR-075 a reason in upper case", { inactive_reason: "DISABLED" }],
  ["CR-061 a platform in an update", { platform: "jira" }],
  ["CR-061 an organization id in an update", { organization_id: "7" }],
  ["CR-061 a provider installation id in an update", { provider_installation_id: "7" }],
])("%s is refused", async (_name, patch) => {
  const answer = await hold(() => call("PATCH", PATH, patch));

  expectRefusal(answer, INVALID);
});

test("CR-070 an empty update answers the row, and changes nothing", async () => {
  const before = await call("GET", PATH);

  const answer = await hold(() => call("PATCH", PATH, {}));

  expect(answer).toMatchObject({ status: 200, text: before.text });
});

test("CR-070 an empty update of no installation is not found", async () => {
  const answer = await hold(() => call("PATCH", UNKNOWN, {}));

  expectRefusal(answer, { status: 404, code: "installation_not_found" });
});

test("CR-079 markup in a name is stored as text, and answered as JSON", async () => {
  const name = "<script>alert(1)</script>";

  const answer = await hold(() => call("PATCH", PATH, { organization_name: name }), STORES);

  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(JSON.parse(answer.text)).toMatchObject({ organization_name: name });
});

test("CR-086 what is written to a secret field is never answered", async () => {
  const secrets = {
    access_token: "gho_WRITTENWRITTENWRITTEN",
    refresh_token: "ghr_WRITTENWRITTENWRITTEN",
    webhook_secret: "whsec_WRITTENWRITTENWRITTEN",
  };
  for (const [name, secret] of Object.entries(secrets)) plant(name, secret);
  const created = { ...IMPORT, ...secrets, organization_id: "86" };

  const answers = [
    await hold(() => call("POST", "/installations", created), STORES),
    await hold(() => call("PATCH", PATH, secrets), STORES),
    await hold(() => call("GET", PATH)),
    await hold(() => call("GET", "/installations")),
  ];

  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200]);
  for (const { text } of answers) {
    expect(text).not.toContain("WRITTEN");
    expect(text).not.toContain("v1.");
    expect(text).toContain('"has_refresh_token":true');
  }
});

test.each([
  ["CR-087 a limit below nothing", "limit=-1"],
  ["CR-087 a limit of nothing", "limit=0"],
  ["CR-087 a limit without end", "limit=1e9"],
  ["CR-087 a limit of 101", "limit=101"],
  ["CR-087 a limit that is a word", "limit=abc"],
  ["CR-087 a limit with a sign", "limit=%2B5"],
  ["CR-087 a repeated limit", "limit=5&limit=100"],
  ["CR-087 a flag that is no flag", "is_active=1"],
  ["CR-087 a flag that cannot be false", "missing=false"],
  ["CR-087 a platform that is none", "platform=gitlab"],
  ["CR-087 a repeated platform", "platform=github&platform=jira"],
  ["CR-089 a cursor that is a word", "cursor=abc"],
  ["CR-089 an empty cursor", "cursor="],
  ["CR-089 a cursor of 9 kB", `cursor=${"a".repeat(9_000)}`],
  ["CR-091 an order that is SQL", "sort=tenant_id;drop%20table%20installations"],
  ["CR-092 an order by a secret", "sort=access_token_enc"],
  ["CR-093 a filter on the prototype", "filter[__proto__]=x"],
  ["CR-093 the prototype as a name", "__proto__=x"],
])("%s is refused", async (_name, query) => {
  plant("query", query);

  const answer = await hold(() => call("GET", `/installations?${query}`));

  expectRefusal(answer, { ...INVALID, input: query.replace(/^\w+=/, "") });
});

test("CR-089 a cursor with any one character changed is refused, and so is a foreign one", async () => {
  await importInstallation(stack, { organization_id: "89" });
  const page = await call("GET", "/installations?limit=1");
  const { next_cursor: cursor } = v.parse(List, JSON.parse(page.text));
  plant("cursor", cursor);
  const changed = Array.from(cursor, (character, index) => {
    const other = character === "A" ? "B" : "A";
    return `limit=1&cursor=${cursor.slice(0, index)}${other}${cursor.slice(index + 1)}`;
  });

  await hold(async () => {
    for (const query of [...changed, `platform=github&cursor=${cursor}`]) {
      expectRefusal(await call("GET", `/installations?${query}`), INVALID);
    }
  });

  const next = await hold(() => call("GET", `/installations?limit=1&cursor=${cursor}`));
  expect(next.status).toBe(200);
});

test.each([
  [
    "CR-096 an installation that was deleted",
    "",
    ["DELETE /api/applications/local-github/token"],
    "done",
  ],
  ["CR-096 an installation that was deleted here alone", "?revoke=false", [], "skipped"],
])("%s is not found", async (_name, query, asks, revocation) => {
  const path = `/installations/${await importInstallation(stack, { organization_id: "96" })}`;

  const deleted = await hold(() => call("DELETE", path + query), { ...STORES, asks });
  const later = await hold(async () => [
    await call("DELETE", path + query),
    await call("GET", path),
    await call("PATCH", path, { is_active: false }),
  ]);

  expect(deleted).toMatchObject({ status: 200, text: JSON.stringify({ revocation }) });
  for (const answer of later) {
    expectRefusal(answer, { status: 404, code: "installation_not_found" });
  }
});

test("CR-098 an organization that has an installation gets no second one", async () => {
  const body = { ...IMPORT, access_token: "gho_SECONDSECONDSECOND" };
  plant("access token", body.access_token);

  const answer = await hold(() => call("POST", "/installations", body));

  expectRefusal(answer, {
    status: 409,
    code: "duplicate_installation",
    input: body.access_token,
  });
});

test("CR-098 control: the same organization id on another platform is another one", async () => {
  const body = { ...IMPORT, platform: "jira" };

  const answer = await hold(() => call("POST", "/installations", body), STORES);

  expect(answer.status).toBe(201);
});

test("control: every field that may be updated is updated", async () => {
  const patch = {
    organization_name: "renamed",
    token_expires_at: "2027-01-02T03:04:05.000Z",
    scopes: ["repo"],
    metadata: { customer: { plans: ["a", 1, null, true] } },
    is_active: false,
  };

  const answer = await hold(() => call("PATCH", PATH, patch), STORES);

  expect(JSON.parse(answer.text)).toMatchObject({ ...patch, inactive_reason: "disabled" });
});
