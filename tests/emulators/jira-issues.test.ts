import * as v from "valibot";
import { expect, test } from "vitest";
import { siteOf } from "../../emulators/jira/sites.ts";
import type { Emulators } from "../../emulators/server.ts";
import { getApi, install, startJira } from "./emulated-jira.ts";

const SCOPE = "read:jira-work write:jira-work read:jira-user offline_access";

const MIA = "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001";

/** Methods of the API of a site, with a token. */
interface Site {
  readonly emulators: Emulators;
  get(path: string): Promise<Response>;
  send(path: string, body: object, method?: string): Promise<Response>;
}

const Issues = v.object({
  issues: v.array(v.object({ id: v.string() })),
  nextPageToken: v.optional(v.string()),
});

test("an issue is created, read, edited, moved and commented on", async () => {
  const { get, send } = await startSite();

  const created = await send("/issue", {
    fields: {
      project: { key: "DEMO" },
      summary: "It does not work",
      issuetype: { name: "Bug" },
      description: toDocument("Steps"),
      labels: ["bot"],
      assignee: { accountId: MIA },
    },
  });
  const edited = await send("/issue/DEMO-1", { fields: { summary: "It works" } }, "PUT");
  const moved = await send("/issue/DEMO-1/transitions", { transition: { id: "31" } });
  const commented = await send("/issue/DEMO-1/comment", { body: toDocument("Done") });

  const statuses = [created.status, edited.status, moved.status, commented.status];
  expect(statuses).toEqual([201, 204, 204, 201]);
  expect(await created.json()).toEqual({
    id: expect.stringMatching(/^\d+$/),
    key: "DEMO-1",
    self: expect.stringContaining("/rest/api/3/issue/"),
  });
  expect(await json(get("/issue/DEMO-1"))).toMatchObject({
    key: "DEMO-1",
    fields: {
      summary: "It works",
      description: toDocument("Steps"),
      status: { name: "Done", statusCategory: { key: "done" } },
      issuetype: { name: "Bug" },
      project: { key: "DEMO" },
      labels: ["bot"],
      assignee: { accountId: MIA },
      reporter: { accountId: MIA },
      comment: { total: 1 },
    },
  });
  expect(await json(get("/issue/DEMO-1/comment"))).toMatchObject({
    total: 1,
    comments: [{ author: { accountId: MIA }, body: toDocument("Done") }],
  });
  expect(await json(get("/issue/demo-1?fields=summary"))).toMatchObject({
    fields: { summary: "It works" },
  });
});

test.each([
  ["no summary", { summary: undefined }, { summary: "You must specify a summary of the issue." }],
  ["a project that does not exist", { project: { key: "NO" } }, { project: expect.any(String) }],
  [
    "a type that does not exist",
    { issuetype: { name: "Idea" } },
    { issuetype: expect.any(String) },
  ],
  ["a text instead of a document", { description: "x" }, { description: expect.any(String) }],
  ["a label with a space", { labels: ["a b"] }, { "labels.0": expect.any(String) }],
  ["nobody's account", { assignee: { accountId: "1" } }, { assignee: expect.any(String) }],
])("an issue with %s is refused with the name of the field", async (_, fields, errors) => {
  const { send } = await startSite();
  const valid = { project: { key: "DEMO" }, summary: "x", issuetype: { name: "Task" } };

  const response = await send("/issue", { fields: { ...valid, ...fields } });

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ errorMessages: [], errors });
});

test("an issue of another site or project is not found", async () => {
  const { get, send } = await startSite();
  await create(send, "x");

  const responses = [await get("/issue/OPS-1"), await get("/issue/DEMO-2")];

  expect(responses.map(({ status }) => status)).toEqual([404, 404]);
  expect(await responses[0]?.json()).toMatchObject({
    errorMessages: ["Issue does not exist or you do not have permission to see it."],
  });
});

test.each([
  ["POST", "/issue", "read:jira-work"],
  ["POST", "/issue/DEMO-1/comment", "read:jira-work"],
  ["PUT", "/issue/DEMO-1", "read:jira-work"],
  ["GET", "/issue/DEMO-1", "write:jira-work"],
  ["GET", "/project/search", "write:jira-work"],
  ["GET", "/search/jql", "write:jira-work"],
  ["GET", "/myself", "read:jira-work"],
])("%s %s with %s is refused for its scope", async (method, path, scope) => {
  const { get, send } = await startSite(scope);

  const response = await (method === "GET" ? get(path) : send(path, {}, method));

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ message: "Unauthorized; scope does not match" });
});

test("a granular scope is enough for its resource", async () => {
  const { get } = await startSite("read:project:jira");

  const statuses = [(await get("/project/DEMO")).status, (await get("/issue/DEMO-1")).status];

  expect(statuses).toEqual([200, 401]);
});

test("projects are listed by page and found by key", async () => {
  const { get } = await startSite();

  expect(await json(get("/project/search?maxResults=1"))).toMatchObject({
    total: 2,
    isLast: false,
    values: [{ key: "DEMO" }],
  });
  expect(await json(get("/project/search?query=oper"))).toMatchObject({ values: [{ key: "OPS" }] });
  expect(await json(get("/project/ops"))).toMatchObject({
    key: "OPS",
    issueTypes: [{ name: "Task" }, { name: "Bug" }, { name: "Story" }],
  });
  expect((await get("/project/NO")).status).toBe(404);
});

test.each([
  ["project = DEMO", ["one", "two"]],
  ['project = "Demonstration" ORDER BY created DESC', ["one", "two"]],
  ["project = OPS", []],
  ["key in (DEMO-2, DEMO-3)", ["two"]],
  ['summary ~ "ON" AND status = "To Do"', ["one"]],
  ["project = DEMO and labels not in (urgent)", ["one", "two"]],
  ["project = DEMO AND status != Done AND key != DEMO-1", ["two"]],
  ["assignee = empty", ["one", "two"]],
])("the query %s finds %j", async (jql, summaries) => {
  const { send } = await startSite();
  await create(send, "one");
  await create(send, "two");

  const found = await json(send("/search/jql", { jql, fields: ["summary"] }));

  expect(found).toMatchObject({
    isLast: true,
    issues: summaries.map((summary) => ({ fields: { summary } })),
  });
});

test.each([
  ["ORDER BY created", "Unbounded JQL queries are not allowed here."],
  ["sprint = 1", "Field 'sprint' does not exist"],
  ["project = DEMO OR project = OPS", "is not supported"],
  ["assignee = currentUser()", "is not supported"],
])("the query %s is refused with a reason", async (jql, message) => {
  const { get } = await startSite();

  const response = await get(`/search/jql?${new URLSearchParams({ jql })}`);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    errorMessages: [expect.stringContaining(message)],
  });
});

test("a search returns ids only and pages with a token", async () => {
  const { get, send } = await startSite();
  await create(send, "one");
  await create(send, "two");
  const query = "jql=project%20%3D%20DEMO&maxResults=1";

  const first = v.parse(Issues, await json(get(`/search/jql?${query}`)));
  const token = encodeURIComponent(first.nextPageToken ?? "");
  const last = await json(get(`/search/jql?${query}&nextPageToken=${token}`));

  expect(first.issues).toEqual([{ id: expect.any(String) }]);
  expect(last).toMatchObject({ isLast: true, issues: [{}] });
  expect(last).not.toMatchObject({ issues: first.issues });
});

test("the old search was removed", async () => {
  const { get } = await startSite();

  expect((await get("/search?jql=project%3DDEMO")).status).toBe(410);
});

test("what a person does on the pages is in the API, and what the bot does is on the pages", async () => {
  const { emulators, get, send } = await startSite();

  const created = await submit(emulators, "/sites/acme/projects/DEMO", {
    account: "noah",
    summary: "It does not work",
    description: "Steps",
  });
  await send("/issue/DEMO-1/comment", { body: toDocument("I look into it") });
  await submit(emulators, "/sites/acme/browse/DEMO-1", { account: "noah", text: "Thank you" });

  expect(created.headers.get("location")).toBe(
    `${emulators.jiraAuthUrl}/sites/acme/browse/DEMO-1?account=noah`,
  );
  expect(await json(get("/issue/DEMO-1"))).toMatchObject({
    fields: {
      description: toDocument("Steps"),
      reporter: { displayName: "Noah Berg" },
      comment: { comments: [{}, { body: toDocument("Thank you") }] },
    },
  });
  expect(await read(emulators, "/sites/acme/browse/DEMO-1")).toContain("I look into it");
  expect(await read(emulators, "/sites/acme/projects/DEMO")).toContain("DEMO-1, comments: 2");
});

test("texts are escaped on the pages, and a form of another site is refused", async () => {
  const { emulators, send } = await startSite();
  await create(send, "<script>alert(1)</script>");
  const fields = { account: "noah", text: "x" };
  const headers = { "sec-fetch-site": "cross-site" };

  const foreign = await submit(emulators, "/sites/acme/browse/DEMO-1", fields, headers);

  expect(foreign.status).toBe(403);
  for (const path of ["/sites/acme/projects/DEMO", "/sites/acme/browse/DEMO-1"]) {
    const page = await read(emulators, path);
    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;script&gt;");
  }
});

async function startSite(scope = SCOPE): Promise<Site> {
  const emulators = await startJira();
  const { access_token } = await install(emulators, { sites: ["acme"], scope });
  const base = `/ex/jira/${siteOf("acme").cloudId}/rest/api/3`;
  return {
    emulators,
    get: (path) => getApi(emulators, base + path, access_token),
    send: (path, body, method = "POST") =>
      fetch(emulators.jiraApiUrl + base + path, {
        method,
        headers: {
          authorization: `Bearer ${access_token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
      }),
  };
}

function create(send: Site["send"], summary: string): Promise<Response> {
  const fields = { project: { id: "10000" }, summary, issuetype: { id: "10001" } };
  return send("/issue", { fields });
}

function toDocument(text: string) {
  const content = [{ type: "paragraph", content: [{ type: "text", text }] }];
  return { type: "doc", version: 1, content };
}

async function json(response: Promise<Response>): Promise<unknown> {
  return (await response).json();
}

async function read({ jiraAuthUrl }: Emulators, path: string): Promise<string> {
  return (await fetch(jiraAuthUrl + path)).text();
}

function submit(
  { jiraAuthUrl }: Emulators,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams(fields);
  return fetch(jiraAuthUrl + path, { method: "POST", body, headers, redirect: "manual" });
}
