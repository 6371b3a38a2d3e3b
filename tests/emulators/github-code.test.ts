import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { callApi, userToken } from "./emulated-github-app.ts";
import { botToken, callRepository, readJson, startApp } from "./emulated-repository.ts";

const Written = v.object({
  content: v.object({ sha: v.string() }),
  commit: v.object({ sha: v.string() }),
});
const Reference = v.object({ object: v.object({ sha: v.string() }) });

/** The blob of "# api\n", as `git hash-object` prints it. */
const README_SHA = "6efb3e7893f6a49cc4c3da2c9331a811fc6fecf8";

test("a repository starts with a README, which has the hash that git gives it", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const list = await readJson(callRepository(emulators, "GET", "/contents", { bearer }));
  const file = await readJson(callRepository(emulators, "GET", "/contents/README.md", { bearer }));

  expect(list).toMatchObject([{ type: "file", path: "README.md", size: 6 }]);
  expect(file).toMatchObject({ encoding: "base64", content: toBase64("# api\n"), sha: README_SHA });
});

test("a file is created, and replaced only with the hash of the old one", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const created = await put(emulators, bearer, { content: toBase64("one") });
  const { content } = v.parse(Written, await created.json());
  const blind = await put(emulators, bearer, { content: toBase64("two") });
  const stale = await put(emulators, bearer, { content: toBase64("two"), sha: README_SHA });
  const replaced = await put(emulators, bearer, { content: toBase64("two"), sha: content.sha });

  const statuses = [created.status, blind.status, stale.status, replaced.status];
  expect(statuses).toEqual([201, 422, 409, 200]);
  expect(
    await readJson(callRepository(emulators, "GET", "/contents/src/a.txt", { bearer })),
  ).toMatchObject({ content: toBase64("two") });
  expect(await readJson(callRepository(emulators, "GET", "/commits", { bearer }))).toMatchObject([
    { commit: { message: "Write" }, author: { login: "grantkeep[bot]" } },
    { commit: { message: "Write" } },
    { commit: { message: "Initial commit" } },
  ]);
});

test("the raw media type returns the bytes of a file", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);

  const response = await callApi(emulators, "GET", "/repos/octo-org/api/contents/README.md", {
    bearer,
    headers: { accept: "application/vnd.github.raw+json" },
  });

  expect(await response.text()).toBe("# api\n");
});

test("a pull request proposes the commits and files of its branch", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const sha = await pushBranch(emulators, bearer);

  const created = await openPull(emulators, bearer);

  expect(created.status).toBe(201);
  expect(await created.json()).toMatchObject({
    number: 1,
    state: "open",
    head: { ref: "fix/one", sha, label: "octo-org:fix/one" },
    base: { ref: "main", repo: { full_name: "octo-org/api" } },
    html_url: `${emulators.githubUrl}/octo-org/api/pull/1`,
    commits: 1,
  });
  const files = callRepository(emulators, "GET", "/pulls/1/files", { bearer });
  expect(await readJson(files)).toMatchObject([{ filename: "src/a.txt", status: "added" }]);
  const list = callRepository(emulators, "GET", "/pulls?head=octo-org:fix/one", { bearer });
  expect(await readJson(list)).toMatchObject([{ number: 1 }]);
  const issue = callRepository(emulators, "GET", "/issues/1", { bearer });
  expect(await readJson(issue)).toMatchObject({ pull_request: { url: expect.any(String) } });
});

test("a permission for pull requests is enough to comment on one", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  await pushBranch(emulators, bearer);
  await openPull(emulators, bearer);
  const narrow = await botToken(emulators, undefined, { pull_requests: "write" });

  const comment = await callRepository(emulators, "POST", "/issues/1/comments", {
    bearer: narrow,
    body: { body: "Looks good" },
  });

  expect(comment.status).toBe(201);
});

test.each([
  ["a head that does not exist", { head: "nothing" }, { field: "head", code: "invalid" }],
  ["a base that does not exist", { base: "nothing" }, { field: "base", code: "invalid" }],
  ["no difference", { head: "main" }, { message: "No commits between main and main" }],
  [
    "an open pull request of the same branches",
    {},
    { message: "A pull request already exists for octo-org:fix/one." },
  ],
])("a pull request with %s is refused", async (_, fields, error) => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  await pushBranch(emulators, bearer);
  await openPull(emulators, bearer);

  const response = await openPull(emulators, bearer, fields);

  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [error] });
});

test("a branch is created once, at a commit that exists", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const create = (sha: string) =>
    callRepository(emulators, "POST", "/git/refs", {
      bearer,
      body: { ref: "refs/heads/topic", sha },
    });
  const sha = await mainOf(emulators, bearer);

  const responses = [await create("0".repeat(40)), await create(sha), await create(sha)];

  expect(responses.map(({ status }) => status)).toEqual([422, 201, 422]);
});

test("a conclusion completes a check run, which the commit then lists", async () => {
  const emulators = await startApp();
  const bearer = await botToken(emulators);
  const head_sha = await mainOf(emulators, bearer);
  const body = { name: "lint", head_sha, status: "in_progress" };

  const created = await callRepository(emulators, "POST", "/check-runs", { bearer, body });
  const { id } = v.parse(v.object({ id: v.number() }), await created.json());
  await callRepository(emulators, "PATCH", `/check-runs/${id}`, {
    bearer,
    body: { conclusion: "success", output: { title: "No warnings", summary: "All good" } },
  });

  const list = callRepository(emulators, "GET", "/commits/main/check-runs", { bearer });
  expect(created.status).toBe(201);
  expect(await readJson(list)).toMatchObject({
    total_count: 1,
    check_runs: [
      {
        id,
        status: "completed",
        conclusion: "success",
        completed_at: expect.any(String),
        output: { title: "No warnings" },
        app: { slug: "grantkeep" },
      },
    ],
  });
});

test("a user token cannot write a check run", async () => {
  const emulators = await startApp();
  await botToken(emulators);
  const bearer = await userToken(emulators, "octocat");

  const response = await callRepository(emulators, "POST", "/check-runs", {
    bearer,
    body: { name: "lint", head_sha: "main" },
  });

  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    message: "You must authenticate via a GitHub App.",
  });
});

function put(emulators: Emulators, bearer: string, fields: object): Promise<Response> {
  const body = { message: "Write", ...fields };
  return callRepository(emulators, "PUT", "/contents/src%2Fa.txt", { bearer, body });
}

async function mainOf(emulators: Emulators, bearer: string): Promise<string> {
  const path = "/git/ref/heads%2Fmain";
  const reference = await readJson(callRepository(emulators, "GET", path, { bearer }));
  return v.parse(Reference, reference).object.sha;
}

/** Creates the branch `fix/one` with one commit, and returns its hash. */
async function pushBranch(emulators: Emulators, bearer: string): Promise<string> {
  const sha = await mainOf(emulators, bearer);
  const body = { ref: "refs/heads/fix/one", sha };
  await callRepository(emulators, "POST", "/git/refs", { bearer, body });
  const written = put(emulators, bearer, { branch: "fix/one", content: toBase64("one") });
  return v.parse(Written, await readJson(written)).commit.sha;
}

function openPull(emulators: Emulators, bearer: string, fields: object = {}): Promise<Response> {
  const body = { title: "Fix it", head: "fix/one", base: "main", ...fields };
  return callRepository(emulators, "POST", "/pulls", { bearer, body });
}

function toBase64(text: string): string {
  return Buffer.from(text).toString("base64");
}
