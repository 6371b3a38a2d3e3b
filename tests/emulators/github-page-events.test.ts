import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { eventsOf, startSubscribed } from "./github-event-fixture.ts";

test("a person opens, comments on, closes and reopens an issue, and each sends an event", async () => {
  const { emulators, received } = await startSubscribed();
  await emulators.control.github.install({ account: "octo-org" });

  await submit(emulators, "/issues", { title: "It does not work", body: "" });
  await submit(emulators, "/issues/1/comments", { body: "Me too" });
  await submit(emulators, "/issues/1/state", { state: "closed" });
  const closed = await read(emulators, "/issues/1");
  await submit(emulators, "/issues/1/state", { state: "open" });

  const sender = { login: "mona", type: "User" };
  expect(closed).toContain("Reopen the issue");
  expect(await eventsOf({ emulators, received })).toMatchObject([
    { event: "issues", payload: { action: "opened", sender } },
    { event: "issue_comment", payload: { action: "created", sender } },
    { event: "issues", payload: { action: "closed", sender } },
    { event: "issues", payload: { action: "reopened", sender } },
  ]);
});

test("a person pushes a file to a new branch and opens a pull request, and each sends an event", async () => {
  const { emulators, received } = await startSubscribed();
  await emulators.control.github.install({ account: "octo-org" });

  const file = { branch: "feature", path: "src/a.txt", content: "one", message: "" };
  await submit(emulators, "/files", file);
  const page = await read(emulators, "");
  const opened = await submit(emulators, "/pulls", { title: "Add a", head: "feature" });
  await submit(emulators, "/issues/1/state", { state: "closed" });

  expect(page).toContain("<option>feature</option>");
  expect(opened.headers.get("location")).toContain("/octo-org/api/pull/1?login=mona");
  expect(await eventsOf({ emulators, received })).toMatchObject([
    { event: "create", payload: { ref: "feature" } },
    { event: "push", payload: { created: true } },
    { event: "push", payload: { commits: [{ message: "Write src/a.txt" }] } },
    { event: "pull_request", payload: { action: "opened", sender: { login: "mona" } } },
    { event: "pull_request", payload: { action: "closed" } },
  ]);
});

test.each([
  ["a file outside of the repository", "/files", { branch: "main", path: "../a", content: "" }],
  ["a pull request of a branch that does not exist", "/pulls", { title: "x", head: "nothing" }],
  ["a pull request without a title", "/pulls", { title: " ", head: "main" }],
  ["a state that an issue cannot have", "/issues/1/state", { state: "merged" }],
])("%s is refused with a page, and sends no event", async (_, path, fields) => {
  const { emulators, received } = await startSubscribed({ events: ["push", "pull_request"] });
  await emulators.control.github.install({ account: "octo-org" });
  await submit(emulators, "/issues", { title: "x", body: "" });

  const response = await submit(emulators, path, { message: "", ...fields });

  expect(response.status).toBe(400);
  expect(await eventsOf({ emulators, received })).toEqual([]);
});

test.each(["/issues", "/issues/1/comments", "/issues/1/state", "/files", "/pulls"])(
  "a form for %s that a page of another site sends is refused",
  async (path) => {
    const { emulators } = await startSubscribed();

    const response = await fetch(`${emulators.githubUrl}/octo-org/api${path}`, {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site" },
      body: new URLSearchParams({ login: "mona", title: "x", body: "x" }),
    });

    expect(response.status).toBe(403);
  },
);

async function read({ githubUrl }: Emulators, path: string): Promise<string> {
  return (await fetch(`${githubUrl}/octo-org/api${path}`)).text();
}

function submit(
  { githubUrl }: Emulators,
  path: string,
  fields: Record<string, string>,
): Promise<Response> {
  const body = new URLSearchParams({ login: "mona", ...fields });
  return fetch(`${githubUrl}/octo-org/api${path}`, { method: "POST", body, redirect: "manual" });
}
