import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { install, start } from "./emulated-github.ts";
import { botToken, callRepository, readJson, startApp } from "./emulated-repository.ts";

test("an issue that a person opens on the page is in the API, and a bot's comment is on the page", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const opened = await submit(emulators, "/octo-org/api/issues", {
    login: "mona",
    title: "It does not work",
    body: "Steps",
  });
  const location = opened.headers.get("location") ?? "";
  await callRepository(emulators, "POST", "/issues/1/comments", {
    bearer,
    body: { body: "I look into it" },
  });
  await callRepository(emulators, "POST", "/issues/1/reactions", {
    bearer,
    body: { content: "eyes" },
  });

  expect([opened.status, location]).toEqual([
    303,
    `${emulators.githubUrl}/octo-org/api/issues/1?login=mona`,
  ]);
  expect(await readJson(callRepository(emulators, "GET", "/issues/1", { bearer }))).toMatchObject({
    title: "It does not work",
    user: { login: "mona", type: "User" },
    performed_via_github_app: null,
  });
  const page = await (await fetch(location)).text();
  expect(page).toContain("I look into it");
  expect(page).toContain('aria-label="eyes"');
  expect(page).toContain('<option value="mona" selected>');
  expect(await read(emulators, "/octo-org/api")).toContain("<strong>It does not work</strong>");
});

test("a person comments on the page of an issue", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  await callRepository(emulators, "POST", "/issues", { bearer, body: { title: "x" } });

  const fields = { login: "hubot", body: "Me too" };
  const response = await submit(emulators, "/octo-org/api/issues/1/comments", fields);

  const comments = callRepository(emulators, "GET", "/issues/1/comments", { bearer });
  expect(response.status).toBe(303);
  expect(await readJson(comments)).toMatchObject([{ body: "Me too", user: { login: "hubot" } }]);
});

test("the page of a repository lists check runs and files", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const content = Buffer.from("one").toString("base64");
  const body = { message: "Write", content };
  await callRepository(emulators, "PUT", "/contents/src/a.txt", { bearer, body });
  const [, sha = ""] =
    /"sha":"(\w+)"/.exec(
      await (await callRepository(emulators, "GET", "/commits/main", { bearer })).text(),
    ) ?? [];
  await callRepository(emulators, "POST", "/check-runs", {
    bearer,
    body: { name: "lint", head_sha: sha, conclusion: "failure" },
  });

  const page = await read(emulators, "/octo-org/api");

  expect(page).toContain("<code>src/a.txt</code>");
  expect(page).toContain("<strong>lint</strong>: failure");
});

test("texts of bots and people are escaped on the pages", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const attack = '<img src=x onerror="alert(1)">';
  const body = { title: attack, body: attack };
  await callRepository(emulators, "POST", "/issues", { bearer, body });
  await callRepository(emulators, "POST", "/issues/1/comments", { bearer, body });

  const pages = [
    await read(emulators, "/octo-org/api"),
    await read(emulators, "/octo-org/api/issues/1"),
  ];

  for (const page of pages) {
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img");
  }
});

test.each([
  [
    "an issue without a title",
    "/octo-org/api/issues",
    { login: "mona", title: " ", body: "" },
    400,
  ],
  [
    "a repository that does not exist",
    "/octo-org/nothing/issues",
    { login: "mona", title: "x", body: "" },
    404,
  ],
  [
    "an issue that does not exist",
    "/octo-org/api/issues/7/comments",
    { login: "mona", body: "x" },
    404,
  ],
])("a form for %s is refused with a page", async (_, path, fields, status) => {
  const emulators = await startApp();

  const response = await submit(emulators, path, fields);

  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("text/html");
});

test("a form that a page of another site sends is refused", async () => {
  const emulators = await startApp();
  const fields = { login: "mona", title: "x", body: "" };

  const statuses = [];
  for (const site of ["cross-site", "same-site", "same-origin"]) {
    const headers = { "sec-fetch-site": site };
    const response = await submit(emulators, "/octo-org/api/issues", fields, headers);
    statuses.push(response.status);
  }

  expect(statuses).toEqual([403, 403, 303]);
});

test("the viewer of GraphQL is the bot or the user of the token", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const oauth = await start();
  const { access_token } = await install(oauth);
  const query = "query($size: Int) { viewer { login isViewer avatarUrl(size: $size) } }";

  const ofBot = await graphql(emulators, bearer, query);
  const ofUser = await graphql(oauth, access_token, query);

  expect(await ofBot.json()).toMatchObject({ data: { viewer: { login: "grantkeep[bot]" } } });
  expect(await ofUser.json()).toMatchObject({
    data: { viewer: { login: "octocat", isViewer: true } },
  });
});

test("GraphQL returns the errors of a query with 200, and 401 without a valid token", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const unknownField = await graphql(emulators, bearer, "{ viewer { nothing } }");
  const badToken = await graphql(emulators, "ghs_FAKE1", "{ viewer { login } }");

  expect([unknownField.status, badToken.status]).toEqual([200, 401]);
  expect(await unknownField.json()).toMatchObject({
    errors: [{ message: 'Cannot query field "nothing" on type "User".' }],
  });
});

test("each response has the rate limit of its installation, which starts again after an hour", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const other = await botToken(emulators);
  const remaining = async (token: string) => {
    const response = await callRepository(emulators, "GET", "", { bearer: token });
    return Number(response.headers.get("x-ratelimit-remaining"));
  };

  const counted = [await remaining(bearer), await remaining(other), await remaining(bearer)];
  await emulators.control.letTimePass(3600);
  const fresh = await remaining(await botToken(emulators));

  expect(counted).toEqual([4999, 4998, 4997]);
  expect(fresh).toBe(4999);
});

function graphql(emulators: Emulators, bearer: string, query: string): Promise<Response> {
  return fetch(`${emulators.githubApiUrl}/graphql`, {
    method: "POST",
    headers: { authorization: `bearer ${bearer}` },
    body: JSON.stringify({ query, variables: { size: 40 } }),
  });
}

async function read({ githubUrl }: Emulators, path: string): Promise<string> {
  return (await fetch(githubUrl + path)).text();
}

function submit(
  { githubUrl }: Emulators,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams(fields);
  return fetch(githubUrl + path, { method: "POST", body, headers, redirect: "manual" });
}
