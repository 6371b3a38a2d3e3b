import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { expect, onTestFinished, test } from "vitest";
import { install, start } from "./emulated-github.ts";
import { appJwt, callApi, userToken } from "./emulated-github-app.ts";
import { botToken, callRepository, readJson, startApp } from "./emulated-repository.ts";

const Issue = v.object({ id: v.number(), number: v.number(), html_url: v.string() });
const Comment = v.object({ id: v.number(), body: v.string() });

test("a bot opens, reads, lists, comments on and closes an issue", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const bot = { login: "grantkeep[bot]", type: "Bot" };

  const issue = await callRepository(emulators, "POST", "/issues", {
    bearer,
    body: { title: "It does not work", body: "Steps", labels: ["bug"], assignees: ["mona"] },
  });
  const { number } = v.parse(Issue, await readJson(issue));
  const path = `/issues/${number}`;
  const comment = await callRepository(emulators, "POST", `${path}/comments`, {
    bearer,
    body: { body: "I look into it" },
  });
  const open = await readJson(callRepository(emulators, "GET", "/issues", { bearer }));
  const closed = await callRepository(emulators, "PATCH", path, {
    bearer,
    body: { state: "closed" },
  });

  expect([issue.status, comment.status, closed.status]).toEqual([201, 201, 200]);
  expect(await readJson(callRepository(emulators, "GET", path, { bearer }))).toMatchObject({
    number: 1,
    title: "It does not work",
    body: "Steps",
    state: "closed",
    state_reason: "completed",
    user: bot,
    closed_by: bot,
    labels: [{ name: "bug" }],
    assignee: { login: "mona" },
    comments: 1,
    performed_via_github_app: { slug: "grantkeep" },
    html_url: `${emulators.githubUrl}/octo-org/api/issues/1`,
  });
  expect(open).toMatchObject([{ number: 1, state: "open" }]);
  expect(await readJson(callRepository(emulators, "GET", "/issues", { bearer }))).toEqual([]);
  expect(
    await readJson(callRepository(emulators, "GET", `${path}/comments`, { bearer })),
  ).toMatchObject([{ body: "I look into it", user: bot, author_association: "NONE" }]);
});

test("a user token acts as its user, as far as the App and the user have access", async () => {
  const emulators = await startApp();
  await botToken(emulators, { account: "octo-org", repositories: ["docs", "api"] });
  const bearer = await userToken(emulators, "mona");

  const created = await callApi(emulators, "POST", "/repos/octo-org/docs/issues", {
    bearer,
    body: { title: "A typing error" },
  });
  const refused = await callRepository(emulators, "POST", "/issues", {
    bearer,
    body: { title: "A typing error" },
  });

  expect(created.status).toBe(201);
  expect(await created.json()).toMatchObject({
    user: { login: "mona", type: "User" },
    author_association: "MEMBER",
    performed_via_github_app: { slug: "grantkeep" },
  });
  expect(refused.status).toBe(404);
});

test("a token of an OAuth App needs the scope repo, because all repositories are private", async () => {
  const emulators = await start();
  const { access_token: wide } = await install(emulators, { scope: "repo" });
  const { access_token: narrow } = await install(emulators, { scope: "public_repo" });
  const body = { title: "Hello" };

  const created = await callRepository(emulators, "POST", "/issues", { bearer: wide, body });
  const refused = await callRepository(emulators, "POST", "/issues", { bearer: narrow, body });

  expect([created.status, refused.status]).toEqual([201, 404]);
  expect(await created.json()).toMatchObject({
    user: { login: "octocat" },
    performed_via_github_app: null,
  });
});

test.each([
  ["POST", "/issues", { title: "x" }, { issues: "read" }, "issues=write"],
  ["GET", "/issues", undefined, { contents: "read" }, "issues=read"],
  ["GET", "/contents/README.md", undefined, { issues: "write" }, "contents=read"],
  ["PUT", "/contents/a.txt", { message: "x", content: "" }, { contents: "read" }, "contents=write"],
  ["POST", "/check-runs", { name: "x", head_sha: "x" }, { checks: "read" }, "checks=write"],
  [
    "POST",
    "/pulls",
    { title: "x", head: "a", base: "b" },
    { contents: "write" },
    "pull_requests=write",
  ],
  ["GET", "/commits", undefined, { issues: "read" }, "contents=read"],
] as const)(
  "%s %s without its permission returns 403 and the accepted one",
  async (method, path, body, permissions, accepted) => {
    const emulators = await startApp();
    const bearer = await botToken(emulators, { account: "octo-org", permissions });

    const response = await callRepository(emulators, method, path, { bearer, body });

    expect(response.status).toBe(403);
    expect(response.headers.get("x-accepted-github-permissions")).toBe(accepted);
    expect(await response.json()).toMatchObject({
      message: "Resource not accessible by integration",
    });
  },
);

test("a permission for pull requests opens no issue", async () => {
  const emulators = await startApp();
  const writer = await botToken(emulators);
  await callRepository(emulators, "POST", "/issues", { bearer: writer, body: { title: "x" } });
  const comment = callRepository(emulators, "POST", "/issues/1/comments", {
    bearer: writer,
    body: { body: "x" },
  });
  const { id } = v.parse(Comment, await readJson(comment));
  const bearer = await botToken(emulators, undefined, { pull_requests: "write" });

  const responses = [];
  for (const path of [
    "/issues/1/comments",
    "/issues/1/reactions",
    `/issues/comments/${id}/reactions`,
  ]) {
    const body = { body: "x", content: "eyes" };
    responses.push(await callRepository(emulators, "POST", path, { bearer, body }));
  }

  expect(responses.map(({ status }) => status)).toEqual([403, 403, 403]);
});

test("an issue without a title is a validation error that names the field", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const response = await callRepository(emulators, "POST", "/issues", { bearer, body: {} });

  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    message: "Validation Failed",
    errors: [{ resource: "Issue", field: "title", code: "missing_field" }],
  });
});

test("a body that is not JSON returns 400", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const response = await fetch(`${emulators.githubApiUrl}/repos/octo-org/api/issues`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}` },
    body: "{",
  });

  expect(response.status).toBe(400);
});

test("a second reaction of the same kind is the first one", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  await callRepository(emulators, "POST", "/issues", { bearer, body: { title: "x" } });
  const react = () =>
    callRepository(emulators, "POST", "/issues/1/reactions", { bearer, body: { content: "eyes" } });

  const [first, second] = [await react(), await react()];

  const { id } = v.parse(v.object({ id: v.number() }), await first.json());
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(await second.json()).toMatchObject({ id, content: "eyes" });
  const removed = await callRepository(emulators, "DELETE", `/issues/1/reactions/${id}`, {
    bearer,
  });
  expect(removed.status).toBe(204);
  expect(await readJson(callRepository(emulators, "GET", "/issues/1", { bearer }))).toMatchObject({
    reactions: { total_count: 0, eyes: 0 },
  });
});

test("a comment is edited, reacted to and deleted", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  await callRepository(emulators, "POST", "/issues", { bearer, body: { title: "x" } });
  const comments = "/issues/1/comments";
  const created = callRepository(emulators, "POST", comments, { bearer, body: { body: "one" } });
  const path = `/issues/comments/${v.parse(Comment, await readJson(created)).id}`;

  await callRepository(emulators, "PATCH", path, { bearer, body: { body: "two" } });
  await callRepository(emulators, "POST", `${path}/reactions`, {
    bearer,
    body: { content: "+1" },
  });
  const shown = await readJson(callRepository(emulators, "GET", path, { bearer }));
  await callRepository(emulators, "DELETE", path, { bearer });
  const gone = await callRepository(emulators, "GET", path, { bearer });

  expect(shown).toMatchObject({ body: "two", reactions: { total_count: 1, "+1": 1 } });
  expect(gone.status).toBe(404);
});

test("lists have pages with links to each other", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  for (const title of ["one", "two", "three"]) {
    await callRepository(emulators, "POST", "/issues", { bearer, body: { title } });
  }

  const first = await callRepository(emulators, "GET", "/issues?per_page=2", { bearer });
  const last = callRepository(emulators, "GET", "/issues?per_page=2&page=2", { bearer });

  expect(first.headers.get("link")).toContain('rel="next"');
  expect(await first.json()).toMatchObject([{ title: "three" }, { title: "two" }]);
  expect(await readJson(last)).toMatchObject([{ title: "one" }]);
});

test("work survives a restart with a state file, and a reset deletes it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "emulators-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.json");
  const before = await startApp({ stateFile });
  const bearer = await botToken(before);
  await callRepository(before, "POST", "/issues", { bearer, body: { title: "x" } });
  await before.close();

  const emulators = await startApp({ stateFile });
  const kept = await readJson(callRepository(emulators, "GET", "/issues", { bearer }));
  await emulators.control.reset();
  const again = await botToken(emulators);
  const left = await readJson(callRepository(emulators, "GET", "/issues", { bearer: again }));

  expect(kept).toMatchObject([{ title: "x" }]);
  expect(left).toEqual([]);
});

test("the App finds its installation by organization, user and repository", async () => {
  const emulators = await startApp();
  await emulators.control.github.install({ account: "octo-org", repositories: ["api"] });
  await emulators.control.github.install({ account: "mona" });

  const found = await statuses(emulators, [
    "/orgs/Octo-Org/installation",
    "/users/mona/installation",
    "/repos/octo-org/API/installation",
    "/repos/mona/dotfiles/installation",
  ]);
  const missing = await statuses(emulators, [
    "/orgs/mona/installation",
    "/users/octo-org/installation",
    "/repos/octo-org/docs/installation",
    "/repos/octo-org/nothing/installation",
  ]);
  const withoutJwt = await callApi(emulators, "GET", "/users/mona/installation", { bearer: "x" });

  expect(found).toEqual([200, 200, 200, 200]);
  expect(missing).toEqual([404, 404, 404, 404]);
  expect(withoutJwt.status).toBe(401);
});

async function statuses(
  emulators: Parameters<typeof callApi>[0],
  paths: readonly string[],
): Promise<number[]> {
  const responses = [];
  for (const path of paths) {
    responses.push(await callApi(emulators, "GET", path, { bearer: appJwt() }));
  }
  return responses.map(({ status }) => status);
}
