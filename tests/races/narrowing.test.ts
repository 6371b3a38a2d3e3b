import { expect, test } from "vitest";
import { startLookupProcesses } from "../support/lookup-process.ts";
import { countCalls, newName, outcomes, plant } from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control, githubApiUrl } = stack.platforms;
control.github.holdDeliveries();
const [first, second] = await startLookupProcesses(2);
if (!first || !second) throw new Error("No process started.");

const login = newName();
await control.github.createOrganization({
  login,
  repositories: ["alpha", "beta"],
  people: [{ login: "octocat", role: "admin" }],
});
const installation_id = await plant(stack, "github", login);

async function statusOf(token: string, path: string, method = "GET"): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, "user-agent": "bot" };
  const init = method === "POST" ? { body: JSON.stringify({ title: "A bug" }) } : {};
  const url = `${githubApiUrl}/repos/${login}/${path}`;
  return (await fetch(url, { method, headers, ...init })).status;
}

async function lookUp(narrowing: object, process = first): Promise<string> {
  const [outcome = ""] = outcomes((await process?.lookUp({ installation_id, ...narrowing })) ?? []);
  return outcome;
}

test("a token that is narrowed to a repository opens that one, and not another", async () => {
  const whole = await lookUp({});
  const narrow = await lookUp({ repositories: ["alpha"] });

  expect([await statusOf(whole, "alpha"), await statusOf(whole, "beta")]).toEqual([200, 200]);
  expect(await statusOf(narrow, "alpha")).toBe(200);
  expect(await statusOf(narrow, "beta")).toBeGreaterThanOrEqual(400);
});

test("a token that is narrowed to a permission may do that, and nothing else", async () => {
  const whole = await lookUp({});
  const narrow = await lookUp({ permissions: { issues: "read" } });

  expect(await statusOf(whole, "alpha/issues", "POST")).toBe(201);
  expect(await statusOf(narrow, "alpha/issues")).toBe(200);
  expect(await statusOf(narrow, "alpha/issues", "POST")).toBeGreaterThanOrEqual(400);
  expect(await statusOf(narrow, "alpha/contents")).toBeGreaterThanOrEqual(400);
});

test("callers with different narrowing never share a token, though they come together", async () => {
  const wishes = [
    {},
    { repositories: ["alpha"] },
    { repositories: ["beta"] },
    { repositories: ["alpha", "beta"] },
    { permissions: { issues: "read" } },
    { permissions: { issues: "write" } },
    { permissions: { issues: "read", contents: "read" } },
    { repositories: ["alpha"], permissions: { issues: "read" } },
    {
      repositories: ["alpha,beta"].flatMap((text) => text.split(",")),
      permissions: { issues: "read" },
    },
  ];

  const tokens = await Promise.all([...wishes, ...wishes].map((wish) => lookUp(wish)));

  expect(new Set(tokens.slice(0, wishes.length)).size).toBe(wishes.length);
  expect(tokens.slice(wishes.length)).toEqual(tokens.slice(0, wishes.length));
});

test("the same narrowing in another order shares one token, for one call of all that come together", async () => {
  const before = countCalls(stack, "github");
  const permissions = { contents: "read", issues: "write" };
  const one = { installation_id, repositories: ["beta", "alpha"], permissions };
  const other = {
    installation_id,
    repositories: ["alpha", "beta"],
    permissions: { issues: "write", contents: "read" },
  };

  const answers = await Promise.all([
    first.lookUp(one, { times: 25 }),
    first.lookUp(other, { times: 25 }),
  ]);

  expect(outcomes(answers.flat())).toHaveLength(1);
  expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(50);
  expect(countCalls(stack, "github")).toBe(before + 1);
});

test("a narrowed token stays in its process, and never becomes the one that all share", async () => {
  const whole = await lookUp({});
  const wish = { repositories: ["alpha"], permissions: { contents: "read" } };

  const [here, there] = [await lookUp(wish, first), await lookUp(wish, second)];

  expect(here).not.toBe(there);
  expect([await lookUp({}, first), await lookUp({}, second)]).toEqual([whole, whole]);
  expect([here, there]).not.toContain(whole);
});

test.each([
  ["no repository", { repositories: [] }],
  ["no permission", { permissions: {} }],
  ["no repository, with permissions", { repositories: [], permissions: { issues: "read" } }],
])("a list of %s is invalid_request, and nobody is called", async (_, wish) => {
  const before = countCalls(stack, "github");

  expect(await lookUp(wish)).toBe("invalid_request");
  expect(countCalls(stack, "github")).toBe(before);
});

test.each([
  ["a repository that is not there", { repositories: ["alpha", "gamma"] }],
  ["a permission that was not granted", { permissions: { administration: "write" } }],
  ["more of a permission than was granted", { permissions: { members: "write" } }],
])("a narrowing to %s is invalid_request, and the installation stays active", async (_, wish) => {
  expect(await lookUp(wish)).toBe("invalid_request");
  expect(await statusOf(await lookUp({}), "alpha")).toBe(200);
});
