import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { callApi } from "./emulated-github-app.ts";
import { botToken, callRepository } from "./emulated-repository.ts";
import { openPull, send } from "./emulated-work.ts";
import { eventsOf, startSubscribed } from "./github-event-fixture.ts";

test("an issue that the bot opens, edits, labels and closes sends an event for each change", async () => {
  const { emulators, received } = await startSubscribed();
  const bearer = await botToken(emulators);

  await send(emulators, "POST", "/issues", bearer, {
    title: "It does not work",
    labels: ["bug"],
    assignees: ["mona"],
  });
  await send(emulators, "PATCH", "/issues/1", bearer, { title: "It works", assignees: [] });
  await send(emulators, "POST", "/issues/1/labels", bearer, ["later"]);
  await send(emulators, "PATCH", "/issues/1", bearer, { labels: [], state: "closed" });
  await send(emulators, "PATCH", "/issues/1", bearer, { state: "open" });

  const events = await eventsOf({ emulators, received });
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(["issues"]));
  expect(events.map(({ payload }) => payload)).toMatchObject([
    { action: "opened", issue: { number: 1, title: "It does not work" } },
    { action: "labeled", label: { name: "bug" } },
    { action: "assigned", assignee: { login: "mona" } },
    { action: "edited", changes: { title: { from: "It does not work" } } },
    { action: "unassigned", assignee: { login: "mona" } },
    { action: "labeled", label: { name: "later" } },
    { action: "unlabeled", label: { name: "bug" } },
    { action: "unlabeled", label: { name: "later" } },
    { action: "closed", issue: { state: "closed", state_reason: "completed" } },
    { action: "reopened", issue: { state: "open", closed_at: null } },
  ]);
});

test("an event names its installation, repository, organization and sender", async () => {
  const { emulators, received } = await startSubscribed();
  const bearer = await botToken(emulators);
  const [installation] = emulators.control.github.installations();

  await send(emulators, "POST", "/issues", bearer, { title: "x" });

  const [opened] = await eventsOf({ emulators, received });
  expect(opened?.payload).toMatchObject({
    repository: {
      full_name: "octo-org/api",
      private: true,
      open_issues_count: 1,
      forks_url: `${emulators.githubApiUrl}/repos/octo-org/api/forks`,
      owner: { login: "octo-org", type: "Organization" },
    },
    organization: { login: "octo-org", id: 9919 },
    installation: { id: installation?.id, node_id: expect.any(String) },
    sender: { login: "grantkeep[bot]", type: "Bot" },
  });
  expect(opened?.payload).not.toHaveProperty("issue.closed_by");
});

test("an event in a user's repository has no organization", async () => {
  const { emulators, received } = await startSubscribed();
  const bearer = await botToken(emulators, { account: "mona" });

  await callApi(emulators, "POST", "/repos/mona/dotfiles/issues", { bearer, body: { title: "x" } });

  const [opened] = await eventsOf({ emulators, received });
  expect(opened?.payload).toMatchObject({ repository: { full_name: "mona/dotfiles" } });
  expect(opened?.payload).not.toHaveProperty("organization");
});

test("a comment that is added, edited and deleted sends an event, also on a pull request", async () => {
  const { emulators, received } = await startSubscribed({ events: ["issue_comment"] });
  const bearer = await botToken(emulators);
  await openPull(emulators, bearer);

  const added = await send(emulators, "POST", "/issues/1/comments", bearer, { body: "one" });
  const { pathname } = new URL(added.headers.get("location") ?? "");
  const path = pathname.replace(/.*\/issues/, "/issues");
  await send(emulators, "PATCH", path, bearer, { body: "two" });
  await callRepository(emulators, "DELETE", path, { bearer });

  const events = await eventsOf({ emulators, received });
  expect(events).toMatchObject([
    { event: "issue_comment", payload: { action: "created", comment: { body: "one" } } },
    { payload: { action: "edited", comment: { body: "two" }, changes: { body: { from: "one" } } } },
    { payload: { action: "deleted", issue: { pull_request: { merged_at: null } } } },
  ]);
});

test("a new branch, a commit and a pull request send create, push and pull_request", async () => {
  const { emulators, received } = await startSubscribed();
  const bearer = await botToken(emulators);

  await openPull(emulators, bearer);
  await send(emulators, "PUT", "/contents/b.txt", bearer, {
    message: "Add b",
    content: "Yg==",
    branch: "feature",
  });
  await send(emulators, "PATCH", "/issues/1", bearer, { state: "closed" });

  const events = await eventsOf({ emulators, received });
  const ref = "refs/heads/feature";
  expect(events).toMatchObject([
    { event: "create", payload: { ref: "feature", ref_type: "branch", master_branch: "main" } },
    {
      event: "push",
      payload: { ref, created: true, before: "0".repeat(40), commits: [] },
    },
    {
      event: "push",
      payload: {
        ref,
        created: false,
        compare: expect.stringMatching(/\/compare\/\w{12}\.\.\.\w{12}$/),
        commits: [{ message: "Add a", added: ["a.txt"], modified: [], removed: [] }],
        pusher: { name: "grantkeep[bot]" },
        repository: { pushed_at: expect.any(Number), master_branch: "main" },
      },
    },
    {
      event: "pull_request",
      payload: {
        action: "opened",
        number: 1,
        pull_request: {
          title: "Add a",
          head: { ref: "feature" },
          commits: 1,
          additions: 1,
          deletions: 0,
        },
      },
    },
    { event: "push", payload: { commits: [{ message: "Add b" }] } },
    {
      event: "pull_request",
      payload: { action: "synchronize", pull_request: { commits: 2, changed_files: 2 } },
    },
    { event: "pull_request", payload: { action: "closed", pull_request: { merged: false } } },
  ]);
  const synchronize = events[5]?.payload;
  expect(synchronize).toMatchObject({
    before: events[4]?.payload.before,
    after: events[4]?.payload.after,
  });
});

test("a reaction sends no event, because GitHub has none for it", async () => {
  const { emulators, received } = await startSubscribed();
  const bearer = await botToken(emulators);
  await send(emulators, "POST", "/issues", bearer, { title: "x" });

  await send(emulators, "POST", "/issues/1/reactions", bearer, { content: "eyes" });

  expect(await eventsOf({ emulators, received })).toHaveLength(1);
});

test.each([
  ["the App does not subscribe to", { app: { events: ["push"] }, permissions: undefined }],
  [
    "the installation does not permit",
    { app: {}, permissions: { metadata: "read", contents: "read" } },
  ],
] as const)("an event that %s is not sent", async (_, { app, permissions }) => {
  const { emulators, received } = await startSubscribed(app);
  const install = { account: "octo-org", ...(permissions && { permissions }) };
  await emulators.control.github.install(install);

  await openOnPage(emulators, "api");

  expect(await eventsOf({ emulators, received })).toEqual([]);
});

test("only comments on pull requests are sent to an App that has no permission for issues", async () => {
  const { emulators, received } = await startSubscribed({ events: ["issue_comment"] });
  const bearer = await botToken(emulators);
  await openPull(emulators, bearer);
  await send(emulators, "POST", "/issues", bearer, { title: "x" });
  const permissions = { pull_requests: "write" } as const;
  await emulators.control.github.acceptPermissions({ account: "octo-org", permissions });

  await commentOnPage(emulators, 1);
  await commentOnPage(emulators, 2);

  const events = await eventsOf({ emulators, received });
  expect(events.map(({ payload }) => payload)).toMatchObject([{ issue: { number: 1 } }]);
});

test("an event in a repository that the App was not given is not sent, nor while it is suspended", async () => {
  const { emulators, received } = await startSubscribed();
  const { github } = emulators.control;
  await github.install({ account: "octo-org", repositories: ["docs"] });

  await openOnPage(emulators, "api");
  await github.suspend({ account: "octo-org" });
  await openOnPage(emulators, "docs");
  await github.unsuspend({ account: "octo-org" });
  await openOnPage(emulators, "docs");

  const events = await eventsOf({ emulators, received });
  expect(events.map(({ payload }) => payload)).toMatchObject([
    { issue: { number: 2 }, repository: { name: "docs" }, sender: { login: "mona" } },
  ]);
});

test("the App and an installation show the events that they get", async () => {
  const { emulators } = await startSubscribed({ events: ["push", "issues"] });
  const permissions = { contents: "read" } as const;

  const installation = await emulators.control.github.install({ account: "octo-org", permissions });
  const app = await callApi(emulators, "GET", "/app");

  expect(installation.events).toEqual(["push"]);
  expect(await app.json()).toMatchObject({ events: ["push", "issues"] });
});

function openOnPage({ githubUrl }: Emulators, repository: string): Promise<Response> {
  const body = new URLSearchParams({ login: "mona", title: "x", body: "" });
  const url = `${githubUrl}/octo-org/${repository}/issues`;
  return fetch(url, { method: "POST", body, redirect: "manual" });
}

function commentOnPage({ githubUrl }: Emulators, issue: number): Promise<Response> {
  const body = new URLSearchParams({ login: "mona", body: "Me too" });
  const url = `${githubUrl}/octo-org/api/issues/${issue}/comments`;
  return fetch(url, { method: "POST", body, redirect: "manual" });
}
