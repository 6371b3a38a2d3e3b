import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { installOn, LIFETIME_SECONDS } from "../cases/installed.ts";
import { createWebhookSender, githubEvent } from "../cases/webhooks.ts";
import { openSession } from "../support/browser-session.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { createLink } from "../support/install-links.ts";
import { callApi, GITHUB_APP, invoke } from "../support/stack.ts";

const { stack, environment } = await startCommandStack(undefined, GITHUB_APP);
const { control } = stack.platforms;
control.github.holdDeliveries();
const send = createWebhookSender(stack);
const printed: string[] = [];

/** Runs the command in a process of its own, and keeps what it prints. */
async function why(...args: string[]) {
  const outcome = await runCommand(["why", ...args], environment);
  printed.push(outcome.stdout, outcome.stderr);
  return outcome;
}

afterEach(() => stack.aws.fail(undefined));

/** The time of day, as a person reads it from a clock. */
const clock = () => new Date().toTimeString().slice(0, "14:02".length);

describe("why did the lookup for this customer fail at 14:02", () => {
  test("the grant has ended: the refusal of the platform, and how the customer comes back", async () => {
    const id = await installOn(stack, "jira", "acme");
    const { items } = Object(await (await callApi(stack, "GET", "/installations")).json());
    const organization_id = String(items[0].organization_id);
    await control.letTimePass(LIFETIME_SECONDS.jira);
    await control.revoke("jira", "acme");
    const failed = await invoke(stack, "token-lookup", { platform: "jira", organization_id });

    const byName = await why("Acme", "--at", clock());
    const byId = await why(organization_id, "--platform", "jira");
    const byIdAlone = await why(organization_id);

    expect(failed).toMatchObject({ ok: false, error: "reauthorization_required" });
    expect(byName).toMatchObject({ code: 0, stderr: "" });
    expect(byName.stdout).toMatch(/ {2}The lookup failed: reauthorization_required \(/);
    expect(byName.stdout).toMatch(
      / token-lookup +The refresh failed: reauthorization_required \(.+\)\n.* token-lookup +The lookup failed: /,
    );
    expect(byName.stdout).toContain("\nWhy   The grant ended: ");
    expect(byName.stdout).toContain(
      `\nDo    The customer installs the bot again: npx grantkeep link create --installation ${id}\n`,
    );
    expect(byName.stdout).toMatch(
      /\nNow {3}The installation of Acme is reauthorization_required, /,
    );
    expect(byId.stdout).toBe(byName.stdout);
    expect(byIdAlone.stdout).toBe(byName.stdout);
  });

  test("an operator disabled it: when, and how to enable it", async () => {
    const id = await installOn(stack, "slack", "disabled");
    await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });
    await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0DISABLED" });
    await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0DISABLED" });

    const { stdout } = await why("T0DISABLED");

    expect(stdout).toMatch(/The lookup failed: installation_inactive \(disabled\) \(2 times, /);
    expect(stdout).toMatch(/ installations-update +An operator changed is_active\n/);
    expect(stdout).toContain("\nWhy   An operator disabled the installation.");
    expect(stdout).toContain(`\nDo    Enable it: npx grantkeep enable ${id}\n`);
  });

  test("the organization has no installation, which is found by its id alone", async () => {
    await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0NOBODY" });

    const { stdout } = await why("T0NOBODY");

    expect(stdout).toContain("The lookup failed: installation_not_found\n");
    expect(stdout).toContain(
      "\nWhy   There is no installation with this id, or of this organization",
    );
  });

  test("nothing failed: that is said, and not an old failure", async () => {
    const { code, stdout, stderr } = await why("T0NOBODY", "--at", "2026-01-02 03:04");

    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(
      "Nothing failed from 2026-01-02 02:59:00 until 2026-01-02 03:09:00. " +
        "Use --at or --since for another time.\n",
    );
  });
});

describe("why was this webhook lost", () => {
  /** Sends a delivery about an installation of the App, and returns the id that GitHub lists. */
  async function deliver(providerId: number, headers: Record<string, string> = {}) {
    const guid = randomUUID();
    const named = { "x-github-event": "issues", "x-github-delivery": guid, ...headers };
    const { status } = await send.github(githubEvent("opened", providerId), named);
    return { guid, status };
  }

  test("its installation is suspended", async () => {
    const id = await installOn(stack, "github", "suspended");
    const [row] = await stack.database.sql<[{ provider: string }]>`
      select provider_installation_id as provider from installations where id = ${id}
    `;
    await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });
    const { guid } = await deliver(Number(row.provider));

    const { stdout } = await why(guid);

    expect(stdout).toMatch(
      /^[\d:]+ {2}issues was dropped, because the installation is not active\n/,
    );
    expect(stdout).toMatch(/ installations-update +An operator changed is_active\n/);
    expect(stdout).toContain(`\nDo    See why it is not active: npx grantkeep show ${id}\n`);
    expect(stdout).toContain(`, delivery github:${guid};`);
  });

  test("its signature is wrong, so that it was refused", async () => {
    const { guid, status } = await deliver(1, { "x-hub-signature-256": "sha256=00" });

    const { stdout } = await why(`github:${guid}`);

    expect(status).toBe(401);
    expect(stdout).toMatch(/POST \/webhooks\/github returned 401: invalid_signature/);
    expect(stdout).toContain("\nDo    Compare the webhook secret or signing secret at GitHub ");
  });

  test("nobody has connected its organization", async () => {
    const { guid } = await deliver(4_242_424);

    const { stdout } = await why(guid);

    expect(stdout).toContain("issues was published without its body, because no connected");
  });

  test("the event bus was away, and took it later", async () => {
    const id = await installOn(stack, "github", "delayed");
    const [row] = await stack.database.sql<[{ provider: string }]>`
      select provider_installation_id as provider from installations where id = ${id}
    `;
    stack.aws.fail({ service: "events", kind: "internal" });
    const { guid } = await deliver(Number(row.provider));
    const before = await why(guid);
    stack.aws.fail(undefined);
    await stack.database.sql`update outbox set next_try_at = now()`;
    await invoke(stack, "tick", {});
    const after = await why(guid);

    expect(before.stdout).toMatch(/The event bus did not take issues: \S.*\n.* issues was stored/);
    expect(before.stdout).toContain("\nDo    Wait for some minutes.");
    expect(after.stdout).toMatch(/ tick +The event bus took issues\n/);
    expect(after.stdout).toContain("It was sent again later.");
  });

  test("no function has received it", async () => {
    const { stdout, stderr } = await why(`github:${randomUUID()}`);

    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^No function has logged this delivery .+\nThe platform has not sent it/,
    );
  });
});

test("no token and no secret is in the logs of local mode, or in what the command printed", async () => {
  const secrets = Object.values(exampleApps).flatMap((app) =>
    Object.entries(app).flatMap(([name, value]) => (/secret/i.test(name) ? [String(value)] : [])),
  );
  for (const [platform, name] of [
    ["slack", "canary"],
    ["jira", "canary"],
    ["github", "canary"],
  ] as const) {
    const id = await installOn(stack, platform, name);
    const looked = await invoke(stack, "token-lookup", { installation_id: id });
    const secret = await invoke(stack, "webhook-secret", { installation_id: id });
    if (!looked.ok || !secret.ok) throw new Error("The lookup failed.");
    secrets.push(Object(looked.answer).access_token, Object(secret.answer).webhook_secret);
    await why(id);
    await why(id, "--json");
  }
  const link = await createLink(stack, { platform: "slack" });
  secrets.push(new URL(link.url).searchParams.get("link") ?? "");
  await openSession().get(link.url);
  await why(link.id);
  await why(link.url);
  await why(link.url, "--json");

  expect(secrets.length).toBeGreaterThan(9);
  expect(secrets.every((secret) => secret.length >= 16)).toBe(true);
  const found = secrets.filter((secret) => `${printed}${stack.output()}`.includes(secret));
  expect(found).toEqual([]);
});
