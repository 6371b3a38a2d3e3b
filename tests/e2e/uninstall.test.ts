import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installOn } from "../cases/installed.ts";
import { openSession } from "../support/browser-session.ts";
import { consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;

async function idOf(reply: Response): Promise<string> {
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

async function installOnGithub(login: string): Promise<string> {
  return idOf(await installGithubAppAs(stack, { login }));
}

async function installOnSlack(organization = "T0ACME"): Promise<string> {
  const session = openSession();
  const callback = await consentSlack(stack, session, organization);
  return idOf(await session.get(callback, { accept: "application/json" }));
}

async function read(id: string): Promise<unknown> {
  return (await callApi(stack, "GET", `/installations/${id}`)).json();
}

/** Returns in how many days the tokens of an installation are deleted. */
async function daysToWipe(id: string): Promise<number> {
  const [row] = await stack.database.sql<[{ days: number }]>`
    select round(extract(epoch from wipe_tokens_at - now()) / 86400)::int as days
    from installations
    where id = ${id} and access_token is not null
  `;
  return row.days;
}

function lookUp(id: string) {
  return invoke(stack, "token-lookup", { installation_id: id });
}

describe("deleting an installation", () => {
  test("uninstalls the GitHub App", async () => {
    const id = await installOnGithub("leaving");

    const reply = await callApi(stack, "DELETE", `/installations/${id}`);

    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ revocation: "done" });
    const logins = control.github.installations().map(({ account }) => Object(account).login);
    expect(logins).not.toContain("leaving");
    expect(await lookUp(id)).toMatchObject({ ok: false, error: "installation_not_found" });
  });

  test("uninstalls the Slack app", async () => {
    const id = await installOnSlack();
    const lookup = await lookUp(id);
    const { access_token: token } = Object(lookup.ok ? lookup.answer : {});

    await callApi(stack, "DELETE", `/installations/${id}`);

    const response = await fetch(`${stack.platforms.slackUrl}/api/auth.test`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await response.json()).toMatchObject({ ok: false });
  });

  test("leaves the platform alone with revoke=false", async () => {
    const id = await installOnGithub("staying");

    const reply = await callApi(stack, "DELETE", `/installations/${id}?revoke=false`);

    expect(await reply.json()).toEqual({ revocation: "skipped" });
    const logins = control.github.installations().map(({ account }) => Object(account).login);
    expect(logins).toContain("staying");
  });

  test("is not lost to a platform that is down, whose failure is logged", async () => {
    const id = await installOnGithub("unlucky");
    const broken = { kind: "status", status: 500 } as const;
    control.addFault({ platform: "github", times: "until_cleared", fault: broken });

    const reply = await callApi(stack, "DELETE", `/installations/${id}`);
    control.clearFaults();

    expect(await reply.json()).toEqual({ revocation: "failed" });
    expect((await callApi(stack, "GET", `/installations/${id}`)).status).toBe(404);
    expect(stack.output()).toMatch(/"revocation":"failed","error":"provider_unavailable"/);
    expect(stack.output()).toMatch(/"code":"provider_unavailable","RevocationFailures":1/);
  });

  test("says that Jira has no request for it", async () => {
    const id = await installOn(stack, "jira", "irrevocable");

    const reply = await callApi(stack, "DELETE", `/installations/${id}`);

    expect(await reply.json()).toEqual({ revocation: "not_supported" });
    expect((await callApi(stack, "GET", `/installations/${id}`)).status).toBe(404);
  });
});

describe("GitHub's webhooks", () => {
  test("an uninstall keeps the row and its encrypted tokens, after any number of deliveries", async () => {
    const id = await installOnGithub("gone");
    await control.github.uninstall({ account: "gone" });
    const [delivery] = (await control.github.deliveries()).slice(-1);
    await control.github.redeliver(delivery?.id ?? 0);

    expect(await read(id)).toMatchObject({ is_active: false, inactive_reason: "uninstalled" });
    expect(await daysToWipe(id)).toBe(7);
    expect(await lookUp(id)).toMatchObject({ ok: false, error: "installation_inactive" });
  });

  test("B13 an uninstall with 5 MB of repositories deactivates the row", async () => {
    const login = "big-organization";
    const people = [{ login: "octocat", role: "admin" as const }];
    await control.github.createOrganization({ login, people });
    const id = await idOf(await installGithubAppAs(stack, { account: login }));
    const repositories = Array.from({ length: 27_000 }, (_, i) => `service-with-a-long-name-${i}`);
    await control.github.createOrganization({ login, people, repositories });
    await control.github.uninstall({ account: login });
    const [delivery] = (await control.github.deliveries()).slice(-1);

    expect(delivery?.body.length).toBeGreaterThan(5_000_000);
    expect(delivery?.status).toBe(202);
    expect(await read(id)).toMatchObject({ is_active: false, inactive_reason: "uninstalled" });
  });

  test("a suspension ends the lookups until it is lifted", async () => {
    const id = await installOnGithub("paused");
    await control.github.suspend({ account: "paused" });
    await control.github.deliveries();
    const suspended = await read(id);
    await control.github.unsuspend({ account: "paused" });
    await control.github.deliveries();

    expect(suspended).toMatchObject({ is_active: false, inactive_reason: "suspended" });
    expect(await read(id)).toMatchObject({ is_active: true, inactive_reason: null });
    expect(await lookUp(id)).toMatchObject({ ok: true });
  });

  test("out of order, they end in the state that GitHub has now", async () => {
    const id = await installOnGithub("shuffled");
    control.github.holdDeliveries();
    await control.github.suspend({ account: "shuffled" });
    await control.github.unsuspend({ account: "shuffled" });
    const held = (await control.github.deliveries()).slice(-2).map((delivery) => delivery.id);
    await control.github.releaseDeliveries(held.toReversed());
    await control.github.releaseDeliveries();
    await control.github.deliveries();

    expect(await read(id)).toMatchObject({ is_active: true });
  });

  test("a new name is taken over", async () => {
    const id = await installOnGithub("old-name");
    await control.github.rename({ account: "old-name", to: "new-name" });
    await control.github.deliveries();

    expect(await read(id)).toMatchObject({ organization_name: "new-name" });
  });

  test("a reinstall after an uninstall reactivates the row, with the same id", async () => {
    const id = await installOnGithub("prodigal");
    await control.github.uninstall({ account: "prodigal" });
    await control.github.deliveries();

    expect(await installOnGithub("prodigal")).toBe(id);
    expect(await lookUp(id)).toMatchObject({ ok: true });
  });
});

describe("Slack's events", () => {
  test("an uninstall keeps the row, and its encrypted tokens for seven days", async () => {
    const id = await installOnSlack("T0GLOBEX");
    await control.revoke("slack", "T0GLOBEX");
    await control.slack?.settled();
    const ended = await read(id);
    const days = await daysToWipe(id);
    await control.letTimePass(8 * 86_400);
    const sweep = await invoke(stack, "sweep", {});

    expect(ended).toMatchObject({ inactive_reason: "uninstalled", has_refresh_token: true });
    expect(days).toBe(7);
    expect(Object(sweep.ok && sweep.answer).wiped).toBeGreaterThan(0);
    expect(await read(id)).toMatchObject({
      inactive_reason: "uninstalled",
      has_refresh_token: false,
      token_expires_at: null,
    });
  });

  test("one that did not happen changes nothing: the platform is asked", async () => {
    const id = await installOnSlack();
    await control.slack?.send({ organization: "T0ACME", event: { type: "app_uninstalled" } });

    expect(await read(id)).toMatchObject({ is_active: true });
  });

  test("the URL is verified, and only with a right signature", async () => {
    const answer = await control.slack?.verifyUrl("a-challenge");

    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.stringify(answer)).toContain("a-challenge");
  });
});

describe("the sweep", () => {
  test("renews tokens that nobody has used for long, and forgets used states", async () => {
    const id = await installOnSlack();
    const { sql } = stack.database;
    await sql`
      update installations set token_stored_at = token_stored_at - interval '60 days' where id = ${id}
    `;
    await sql`update consumed_states set expires_at = now() - interval '3 hours'`;

    const result = await invoke(stack, "sweep", {});

    expect(result).toMatchObject({ ok: true, answer: { refreshed: 1, failed: 0 } });
    expect(Object(result.ok && result.answer).removed).toBeGreaterThan(0);
    expect(await read(id)).toMatchObject({ last_refreshed_at: expect.any(String) });
    const [row] = await sql<[{ count: number }]>`select count(*)::int from consumed_states`;
    expect(row.count).toBe(0);
  });
});
