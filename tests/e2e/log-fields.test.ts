import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { beforeAll, describe, expect, test } from "vitest";
import { LOG_QUERIES } from "../../infra/log-queries.ts";
import { installOn, LIFETIME_SECONDS } from "../cases/installed.ts";
import { createWebhookSender, githubEvent } from "../cases/webhooks.ts";
import { locationOf, openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink } from "../support/install-links.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const configuration = {
  ...TEST_CONFIGURATION,
  callers: {
    reviewer: { platforms: ["github" as const], permissions: { contents: "read" as const } },
  },
};
const stack = await startTestStack(GITHUB_APP, { configuration });
const { control } = stack.platforms;
control.github.holdDeliveries();
const send = createWebhookSender(stack);

const Line = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** Returns the log lines so far. */
const lines = () =>
  stack
    .output()
    .split("\n")
    .flatMap((text) => {
      const line = v.safeParse(Line, text);
      return line.success ? [line.output] : [];
    });

/** Does a bit of all that the saved queries are about. */
beforeAll(async () => {
  const id = await installOn(stack, "github", "logged");
  const lookUp = (request: object) =>
    invoke(stack, "token-lookup:reviewer", { installation_id: id, ...request });
  await lookUp({
    reason: "review",
    permissions: { contents: "read" },
    repositories: ["hello-world"],
  });
  const jira = await installOn(stack, "jira", "logged");
  await control.letTimePass(LIFETIME_SECONDS.jira);
  await control.revoke("jira", "logged");
  await invoke(stack, "token-lookup", { installation_id: jira });
  const link = await createLink(stack, { platform: "slack" });
  await callApi(stack, "DELETE", `/install-links/${link.id}`);
  await openSession().get(link.url);
  const session = openSession();
  const consent = locationOf(await session.get(`${stack.url}/oauth/slack/authorize`));
  const state = new URL(consent).searchParams.get("state") ?? "";
  await session.get(`${stack.url}/oauth/slack/callback?error=access_denied&state=${state}`);
  await callApi(stack, "POST", "/installations", {
    platform: "slack",
    organization_id: "T0CREATED",
    organization_name: "Created",
    access_token: "xoxb-canary",
    installed_by: "mona",
  });
  await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });
  await callApi(stack, "DELETE", `/installations/${jira}`);
  await send.github(githubEvent("opened", 4_242_424), { "x-github-event": "issues" });
  await send.github(githubEvent("opened", 1), { "x-hub-signature-256": "sha256=00" });
});

describe.each(LOG_QUERIES)("the saved query of $name", ({ commands }) => {
  test("names only fields that the log lines have", () => {
    const known = new Set(lines().flatMap(Object.keys));

    const fields = fieldsIn(commands);
    expect(fields.length).toBeGreaterThan(1);
    expect(fields.filter((field) => !known.has(field))).toEqual([]);
  });

  test("compares fields only with values that they can have", () => {
    const values = new Set(lines().flatMap((line) => Object.values(line).map(String)));
    const texts = commands.flatMap((command) => [...command.matchAll(/"([^"]*)"/g)]);

    const written = [...values].join("\n");
    const others = ["REPLACE", "inactive", "delayed"];
    const unknown = texts.map(([, text = ""]) => text).filter((text) => !written.includes(text));
    expect(unknown.filter((text) => !others.includes(text))).toEqual([]);
  });
});

test("each line of a request has all of its ids that are known when it is written", async () => {
  const guid = randomUUID();
  const id = await installOn(stack, "github", "carried");
  const [row] = await stack.database.sql<[{ provider: string; organization: string }]>`
    select provider_installation_id as provider, organization_id as organization
    from installations where id = ${id}
  `;
  await send.github(githubEvent("opened", Number(row.provider)), {
    "x-github-event": "issues",
    "x-github-delivery": guid,
  });
  await invoke(stack, "token-lookup:reviewer", {
    platform: "github",
    organization_id: row.organization,
  });
  await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });
  const key = { platform: "github", organization_id: row.organization };
  await invoke(stack, "token-lookup:reviewer", key);

  const about = { installation_id: id, organization_id: row.organization, platform: "github" };
  const delivery = { ...about, delivery_id: `github:${guid}`, event: "issues" };
  const ofDelivery = lines().filter((line) => line.delivery_id === delivery.delivery_id);
  expect(ofDelivery).toMatchObject([
    { ...delivery, outcome: "handed_over" },
    { ...delivery, message: "request" },
  ]);
  const ofLookups = lines().filter((line) => "Lookups" in line && line.installation_id === id);
  expect(ofLookups).toMatchObject([
    { ...about, caller: "reviewer", outcome: "ok" },
    { ...about, caller: "reviewer", error: "installation_inactive", reason: "disabled" },
  ]);
  expect(
    lines()
      .filter((line) => line.message === "updated")
      .at(-1),
  ).toMatchObject(about);
  await callApi(stack, "DELETE", `/installations/${id}`);
  expect(lines().findLast((line) => line.message === "deleted")).toMatchObject(about);
  for (const line of lines()) expect(line).toHaveProperty("request_id");
});

/** Returns the fields that a query reads, without those of CloudWatch itself and those that it creates. */
function fieldsIn(commands: readonly string[]): string[] {
  const text = commands.map((command) => command.replaceAll(/"[^"]*"/g, "")).join(" ");
  const created = [...text.matchAll(/\bas (\w+)/g)].map(([, name]) => name);
  const words = [...text.matchAll(/(?<![@\w])[A-Za-z_]\w*(?!\w*\()/g)].map(([word]) => word);
  return words.filter((word) => !LANGUAGE.has(word) && !created.includes(word));
}

/** The words of the query language. */
const LANGUAGE = new Set(
  "filter fields stats sort limit by as and or in like asc desc not".split(" "),
);

test("the id that a refused delivery claims is logged only in the form of an id", async () => {
  const wrong = { "x-hub-signature-256": "sha256=00" };
  const guid = randomUUID();
  await send.github("{}", { ...wrong, "x-github-delivery": guid });
  await send.github("{}", { ...wrong, "x-github-delivery": "ghs_canary000000000000" });

  const refused = lines()
    .filter((line) => line.error === "invalid_signature")
    .slice(-2);
  expect(refused).toMatchObject([{ delivery_id: `github:${guid}` }, { status: 401 }]);
  expect(stack.output()).not.toContain("canary0");
});
