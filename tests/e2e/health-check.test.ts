import { describe, expect, test } from "vitest";
import { updateDeps } from "../../functions/wiring/dependencies.ts";
import { installOn } from "../cases/installed.ts";
import { createWebhookSender, githubEvent } from "../cases/webhooks.ts";
import { eventsOf } from "../support/bus-events.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
const webhooks = createWebhookSender(stack);
control.github.holdDeliveries();

const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });

/** Returns the finding about an installation; `undefined` if there is none. */
async function check(id: string, options: object = {}): Promise<unknown> {
  const result = await invoke(stack, "health-check", { limit: 100, ...options });
  const { findings } = Object(result.ok && result.answer);
  return findings.find((finding: { installation_id: string }) => finding.installation_id === id);
}

/** Returns the row, but for the time of its last change. */
async function rowOf(id: string) {
  const [row] = await sql`select * from installations where id = ${id}`;
  if (!row) throw new Error("There is no such installation.");
  return Object.assign(row, { updated_at: null });
}

/** Ends an installation, as a defect or an earlier version may have done. */
async function endWrongly(id: string, reason = "uninstalled"): Promise<void> {
  await sql`
    update installations set
      is_active = false, inactive_reason = ${reason}, token_version = token_version + 1,
      wipe_tokens_at = now() + interval '7 days'
    where id = ${id}
  `;
}

/** Makes Slack return an error for the token of every request. */
function failAuthTest(error: string): void {
  const fault = { kind: "status", status: 200, body: { ok: false, error } } as const;
  control.addFault({ platform: "slack", path: "/api/auth.test", times: "until_cleared", fault });
}

describe("the health check", () => {
  test("finds what no event told, in a dry run first", async () => {
    const id = await installOn(stack, "jira", "leaver");
    await control.jira?.removeSite("leaver", "leaver");

    const dry = await check(id);
    const before = await read(id);
    const wet = await check(id, { dry_run: false });

    const found = "reauthorization_required";
    expect(dry).toEqual({ installation_id: id, stored: "active", found, changed: true });
    expect(before).toMatchObject({ is_active: true });
    expect(wet).toEqual(dry);
    expect(await read(id)).toMatchObject({ inactive_reason: "reauthorization_required" });
  });

  test("goes through all installations, some at a time", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await installOn(stack, "jira", name);
    const seen: unknown[] = [];
    let after: unknown;
    do {
      const result = await invoke(stack, "health-check", { limit: 2, ...(after ? { after } : {}) });
      const answer = Object(result.ok ? result.answer : {});
      seen.push(answer.checked);
      after = answer.last_id;
    } while (after && seen.length < 50);

    const [row] = await sql<[{ count: number }]>`select count(*)::int from installations`;
    expect(seen.reduce<number>((sum, checked) => sum + Number(checked), 0)).toBe(row.count);
  });

  test("reports the end of a grant that it finds when it refreshes an expired token", async () => {
    const id = await installOn(stack, "jira", "expired");
    await control.revoke("jira", "expired");
    await control.letTimePass(2 * 3600);

    const dry = await check(id);
    const wet = await check(id, { dry_run: false });

    expect(dry).toMatchObject({ found: "not_asked", changed: false });
    expect(wet).toMatchObject({ found: "reauthorization_required", changed: true });
    expect(await read(id)).toMatchObject({ inactive_reason: "reauthorization_required" });
  });
});

describe("A5 D1 Slack's invalid_auth, which it also returns for a forbidden IP address,", () => {
  test("changes nothing, and is a finding for every installation", async () => {
    const ids = [await installOn(stack, "slack", "one"), await installOn(stack, "slack", "two")];
    const rows = await Promise.all(ids.map(rowOf));
    failAuthTest("invalid_auth");

    const findings = [];
    for (const id of ids) findings.push(await check(id, { dry_run: false }));
    const sent = await control.slack?.send({
      organization: "T0ONE",
      event: { type: "tokens_revoked" },
    });
    await stack.aws.eventsSettled();
    control.clearFaults();

    const finding = { stored: "active", found: "provider_error", changed: false };
    expect(findings).toEqual(ids.map((id) => ({ installation_id: id, ...finding })));
    expect(sent).toMatchObject({ attempts: [{ status: 202 }] });
    expect(stack.aws.deadLetters).toMatchObject([{ target: "the function reconcile" }]);
    expect(await Promise.all(ids.map(rowOf))).toEqual(rows);
    for (const id of ids) {
      expect(eventsOf(stack, id)).toEqual(["installation.created"]);
      expect(await lookUp(id)).toMatchObject({ ok: true });
    }
  });

  test.each(["account_inactive", "token_revoked"])(
    "differs from %s, which ends the installation and keeps its tokens",
    async (error) => {
      const id = await installOn(stack, "slack", error.replaceAll("_", ""));
      failAuthTest(error);
      const finding = await check(id, { dry_run: false });
      control.clearFaults();

      expect(finding).toMatchObject({ stored: "active", found: "uninstalled", changed: true });
      expect(await rowOf(id)).toMatchObject({
        inactive_reason: "uninstalled",
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        wipe_tokens_at: expect.any(Date),
      });
      await sql`delete from installations where id = ${id}`;
    },
  );
});

describe("B1 an installation of another GitHub App", () => {
  async function plantOfOtherApp(account: string): Promise<string> {
    const { id, account: shown } = await control.github.install({ account });
    const { installations } = await updateDeps();
    const { installation } = await installations.create({
      platform: "github",
      organizationId: String(shown.id),
      organizationName: account,
      kind: "github_app",
      providerInstallationId: String(id),
      clientId: "Iv1.staging",
      accessToken: null,
      refreshToken: null,
      tokenExpiresAt: null,
      refreshTokenExpiresAt: null,
      scopes: [],
      webhookSecret: "webhook-secret-1",
      installedBy: account,
      installedById: null,
      metadata: {},
    });
    return installation.id;
  }

  test("is a finding that changes nothing, in lookups, webhooks and deletions too", async () => {
    const id = await plantOfOtherApp("of-staging");
    const before = await rowOf(id);

    const lookup = await lookUp(id);
    const narrowed = await invoke(stack, "token-lookup", {
      installation_id: id,
      permissions: { contents: "read" },
    });
    const finding = await check(id, { dry_run: false });
    const body = githubEvent("deleted", Number(before.provider_installation_id));
    const webhook = await webhooks.github(body);
    await stack.aws.eventsSettled();

    const error = "platform_not_configured";
    expect(lookup).toMatchObject({ ok: false, error });
    expect(narrowed).toMatchObject({ ok: false, error });
    expect(finding).toMatchObject({ stored: "active", found: error, changed: false });
    expect(webhook.status).toBe(202);
    expect(await rowOf(id)).toEqual(before);

    const deletion = await callApi(stack, "DELETE", `/installations/${id}`);
    expect(await deletion.json()).toEqual({ revocation: "failed" });
    const logins = control.github.installations().map(({ account }) => Object(account).login);
    expect(logins).toContain("of-staging");
  });

  test("is not ended by the 404s of an App that has our client ID and another's key", async () => {
    const id = await installOn(stack, "github", "mixed-up");
    const before = await rowOf(id);
    const path = "/api/app/installations/*";
    const missing = { message: "Not Found", documentation_url: "https://docs.github.com/rest" };
    const notFound = { kind: "status", status: 404, body: missing } as const;
    control.addFault({ platform: "github", path, times: "until_cleared", fault: notFound });
    const other = { kind: "status", status: 200, body: { id: 7, client_id: "Iv1.other" } } as const;
    control.addFault({
      platform: "github",
      path: "/api/app",
      times: "until_cleared",
      fault: other,
    });

    const finding = await check(id, { dry_run: false });
    control.clearFaults();

    expect(finding).toMatchObject({ found: "provider_misconfigured", changed: false });
    expect(await rowOf(id)).toEqual(before);
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
  });
});

describe("an installation that is stored as ended and lives", () => {
  test.each([
    ["B1", "github", "uninstalled"],
    ["A5", "slack", "uninstalled"],
    ["A5", "slack", "reauthorization_required"],
    ["A5", "jira", "reauthorization_required"],
  ] as const)(
    "%s is restored at %s after %s, and not by a dry run",
    async (_, platform, reason) => {
      const id = await installOn(stack, platform, `restored${reason.slice(0, 6)}`);
      await endWrongly(id, reason);
      const ended = await lookUp(id);

      const dry = await check(id);
      const before = await read(id);
      const wet = await check(id, { dry_run: false });
      const again = await check(id, { dry_run: false });

      expect(ended).toMatchObject({ ok: false });
      expect(dry).toEqual({ installation_id: id, stored: reason, found: "active", changed: true });
      expect(before).toMatchObject({ is_active: false, inactive_reason: reason });
      expect(wet).toEqual(dry);
      expect(again).toBeUndefined();
      expect(await read(id)).toMatchObject({ is_active: true, inactive_reason: null });
      expect(await rowOf(id)).toMatchObject({ wipe_tokens_at: null });
      expect(await lookUp(id)).toMatchObject({ ok: true });
    },
  );

  test("is restored for the App after its tokens were deleted too: another one is minted", async () => {
    const id = await installOn(stack, "github", "wiped");
    await endWrongly(id);
    await sql`update installations set access_token = null, token_expires_at = null where id = ${id}`;

    expect(await check(id, { dry_run: false })).toMatchObject({ found: "active", changed: true });
    expect(await lookUp(id)).toMatchObject({ ok: true });
  });

  test("is left as it is when an operator disabled it, or its tokens were deleted", async () => {
    const disabled = await installOn(stack, "slack", "disabled");
    await callApi(stack, "PATCH", `/installations/${disabled}`, { is_active: false });
    const wiped = await installOn(stack, "slack", "wiped");
    await endWrongly(wiped);
    await sql`
      update installations set access_token = null, refresh_token = null where id = ${wiped}
    `;

    for (const id of [disabled, wiped]) {
      expect(await check(id, { dry_run: false })).toBeUndefined();
      expect(await read(id)).toMatchObject({ is_active: false });
    }
  });

  test("is no finding when its platform reports its end too", async () => {
    const slack = await installOn(stack, "slack", "gone");
    await control.revoke("slack", "T0GONE");
    await control.slack?.settled();
    const github = await installOn(stack, "github", "gone");
    await control.github.uninstall({ account: "gone" });
    await endWrongly(github);

    for (const id of [slack, github]) {
      expect(await check(id, { dry_run: false })).toBeUndefined();
      expect(await read(id)).toMatchObject({ inactive_reason: "uninstalled" });
    }
  });
});
