import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { OrganizationChoice } from "../../functions/http/responses.ts";
import { importInstallation } from "../cases/imported.ts";
import { installOn } from "../cases/installed.ts";
import { openSession } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import { startLookupProcesses } from "../support/lookup-process.ts";
import { consentJira, consentSlack } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const HOUR = 3600;
const JSON_ONLY = { accept: "application/json" };

const stack = await startTestStack({ ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" });
const { sql } = stack.database;
const { control } = stack.platforms;

const installGithub = (login: string) => installOn(stack, "github", login);
const installSlack = (team: string) => installOn(stack, "slack", team);
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });
const remove = (id: string, query = "") => callApi(stack, "DELETE", `/installations/${id}${query}`);
const imported = (organization: string, changes: object = {}) =>
  importInstallation(stack, { platform: "slack", organization_id: organization, ...changes });

/** Makes the next refresh at Slack fail: its refresh token is no longer valid. */
function refuseAtSlack(): void {
  const body = JSON.stringify({ ok: false, error: "invalid_refresh_token" });
  const fault = { kind: "status", status: 200, body } as const;
  control.addFault({ platform: "slack", path: "/api/oauth.v2.access", times: 1, fault });
}

describe("an install", () => {
  test("is published with what a bot needs to look it up, and nothing else", async () => {
    const startedAt = Date.now();
    const id = await installGithub("told");

    const events = stack.aws.events.filter(({ detail }) => detail.installation_id === id);
    expect(events).toEqual([
      {
        ...events[0],
        bus: "bus-1",
        source: "grantkeep",
        detailType: "installation.created",
        detail: {
          event_id: expect.stringMatching(/^evt-[0-9a-f]{32}$/),
          installation_id: id,
          platform: "github",
          organization_id: expect.stringMatching(/^\d+$/),
          organization_name: "told",
          occurred_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          grant_ends_at: null,
          has_shared_account: false,
        },
      },
    ]);
    const occurredAt = Date.parse(String(events[0]?.detail.occurred_at));
    expect(occurredAt).toBeGreaterThanOrEqual(startedAt);
    expect(occurredAt).toBeLessThanOrEqual(Date.now());
  });

  test.each([
    ["GitHub", () => installGithub("twice")],
    ["Slack", () => installSlack("twice")],
    ["Jira", () => installOn(stack, "jira", "twice")],
  ])(
    "at %s is created the first time, and reinstalled each time after",
    async (_, installAgain) => {
      const id = await installAgain();
      const first = eventsOf(stack, id);
      await installAgain();
      await installAgain();

      expect(first).toEqual(["installation.created"]);
      expect(eventsOf(stack, id)).toEqual([
        "installation.created",
        "installation.reinstalled",
        "installation.reinstalled",
      ]);
    },
  );

  test("on one of several Jira sites is published when the site is chosen", async () => {
    const session = openSession();
    const callback = await consentJira(stack, session, { sites: ["acme", "acme-eu"] });
    const before = stack.aws.events.length;
    const reply = await session.get(callback, JSON_ONLY);
    const choice = v.parse(OrganizationChoice, await reply.json());
    const afterConsent = stack.aws.events.length;
    const siteId = choice.organizations[0]?.id ?? "";
    const form = { pending_id: choice.pending_id, organization_id: siteId };

    await session.post(`${stack.url}/oauth/jira/organization`, form);

    expect(afterConsent).toBe(before);
    expect(stack.aws.events.slice(before)).toMatchObject([
      { detailType: "installation.created", detail: { organization_id: siteId } },
    ]);
  });

  test("that is imported is published once, and a duplicate is not", async () => {
    const id = await imported("imported-1", { metadata: { customer: "customer-1" } });
    const again = await callApi(stack, "POST", "/installations", {
      platform: "slack",
      organization_id: "imported-1",
      organization_name: "octo-org",
      access_token: "xoxb-IMPORTED",
      installed_by: "operator",
    });

    expect(again.status).toBe(409);
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
    expect(JSON.stringify(stack.aws.events)).not.toContain("customer-1");
  });

  test("that fails is not published", async () => {
    const before = stack.aws.events.length;
    const session = openSession();
    const callback = await consentSlack(stack, session, "T0FAILED");
    const fault = { kind: "status", status: 500 } as const;
    control.addFault({ platform: "slack", path: "/api/oauth.v2.access", times: 1, fault });

    const reply = await session.get(callback, JSON_ONLY);

    expect(reply.status).toBe(503);
    expect(stack.aws.events.slice(before)).toEqual([]);
  });
});

describe("an uninstall", () => {
  test("that GitHub delivers is published once, after any number of deliveries and lookups", async () => {
    const id = await installGithub("gone");
    await control.github.uninstall({ account: "gone" });
    const [delivery] = (await control.github.deliveries()).slice(-1);
    await control.github.redeliver(delivery?.id ?? 0);
    await lookUp(id);
    await invoke(stack, "health-check", { dry_run: false });

    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.uninstalled (uninstalled)",
    ]);
  });

  test("that Slack delivers in several events is published once", async () => {
    const id = await installSlack("gone");
    await control.revoke("slack", "T0GONE");
    await control.slack?.settled();
    await control.slack?.send({ organization: "T0GONE", event: { type: "tokens_revoked" } });

    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.uninstalled (uninstalled)",
    ]);
  });

  test("without a webhook is published once, by one of many lookups in many processes", async () => {
    const id = await installGithub("silent");
    control.github.holdDeliveries();
    await control.github.uninstall({ account: "silent" });
    await control.letTimePass(2 * HOUR);
    const processes = await startLookupProcesses(2);

    const request = { installation_id: id };
    await Promise.all([...processes, ...processes].map((process) => process.lookUp(request)));
    await lookUp(id);
    await control.github.releaseDeliveries();
    await control.github.deliveries();

    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.uninstalled (uninstalled)",
    ]);
  });

  test("by DELETE is published once, although GitHub delivers a webhook for it too", async () => {
    const id = await installGithub("deleted");

    await remove(id);
    const again = await remove(id);
    await control.github.deliveries();

    expect(again.status).toBe(404);
    const [created, ...ends] = eventsOf(stack, id);
    expect(created).toBe("installation.created");
    expect(ends).toHaveLength(1);
    expect(ends[0]).toMatch(/^installation\.uninstalled \((deleted|uninstalled)\)$/);
  });

  test("by DELETE without revocation is published as deleted, from any state", async () => {
    const active = await imported("deleted-1");
    const disabled = await imported("deleted-2");
    await callApi(stack, "PATCH", `/installations/${disabled}`, { is_active: false });
    for (const id of [active, disabled]) await remove(id, "?revoke=false");

    for (const id of [active, disabled]) {
      expect(eventsOf(stack, id)).toEqual([
        "installation.created",
        "installation.uninstalled (deleted)",
      ]);
    }
  });

  test("of an installation that was uninstalled before is not published again", async () => {
    const id = await installGithub("cleaned-up");
    await control.github.uninstall({ account: "cleaned-up" });
    await control.github.deliveries();

    await remove(id);

    expect(eventsOf(stack, id)).toHaveLength(2);
  });
});

describe("the end of a grant", () => {
  test("that a refresh finds is published once for all callers, and again after a new install", async () => {
    const id = await installSlack("ended");
    const endGrant = async () => {
      await control.letTimePass(13 * HOUR);
      refuseAtSlack();
      await Promise.all([1, 2, 3, 4].map(() => lookUp(id)));
      await lookUp(id);
    };

    await endGrant();
    await installSlack("ended");
    await endGrant();

    const ended = "installation.reauthorization_required (invalid_refresh_token)";
    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      ended,
      "installation.reinstalled",
      ended,
    ]);
  });

  test("of a token that cannot be refreshed is published by the first lookup after it", async () => {
    const id = await imported("T0IMPORTED", {
      access_token: "xoxb-IMPORTED",
      token_expires_at: new Date(Date.now() + HOUR * 1000).toISOString(),
    });
    await lookUp(id);
    const before = eventsOf(stack, id);
    await control.letTimePass(2 * HOUR);
    await Promise.all([1, 2, 3].map(() => lookUp(id)));

    expect(before).toEqual(["installation.created"]);
    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.reauthorization_required (token_expired)",
    ]);
  });

  test("that a health check finds is published when it is stored, and not in a dry run", async () => {
    const id = await installOn(stack, "jira", "leaver");
    await control.jira?.removeSite("leaver", "leaver");
    await invoke(stack, "health-check", { limit: 100 });
    const before = eventsOf(stack, id);
    await invoke(stack, "health-check", { limit: 100, dry_run: false });
    await invoke(stack, "health-check", { limit: 100, dry_run: false });

    expect(before).toEqual(["installation.created"]);
    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.reauthorization_required (reauthorization_required)",
    ]);
  });

  test("that the sweep finds is published", async () => {
    const id = await installSlack("idle");
    await sql`
      update installations set token_stored_at = token_stored_at - interval '60 days' where id = ${id}
    `;
    refuseAtSlack();

    await invoke(stack, "sweep", {});
    await invoke(stack, "sweep", {});

    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.reauthorization_required (invalid_refresh_token)",
    ]);
  });
});

test("disabling, suspending, renaming and refreshing publish nothing", async () => {
  const id = await installGithub("steady");
  await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });
  await callApi(stack, "PATCH", `/installations/${id}`, { is_active: true, metadata: { a: 1 } });
  await control.github.suspend({ account: "steady" });
  await control.github.unsuspend({ account: "steady" });
  await control.github.rename({ account: "steady", to: "steadier" });
  await control.github.deliveries();
  await control.letTimePass(2 * HOUR);
  const lookup = await lookUp(id);

  expect(lookup).toMatchObject({ ok: true, answer: { organization_name: "steadier" } });
  expect(eventsOf(stack, id)).toEqual(["installation.created"]);
});
