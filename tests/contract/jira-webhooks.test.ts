import { describe, expect, test } from "vitest";
import { createJira } from "../../core/providers/jira/provider.ts";
import { siteOf } from "../../emulators/jira/sites.ts";
import type { Emulators } from "../../emulators/server.ts";
import { getApi, install, startJira } from "../emulators/emulated-jira.ts";

const SCOPE = "read:jira-work manage:jira-webhook offline_access";
const URL = "https://grantkeep.example.com/webhooks/jira";
const WEBHOOKS = {
  events: ["jira:issue_created", "comment_created"],
  jql: "project = DEMO",
} as const;
const CLOUD_ID = siteOf("acme").cloudId;

/** The webhooks of a provider, and a person who manages those of a site. */
async function start({
  emulators,
  account = "mia",
}: {
  emulators?: Emulators;
  account?: string;
} = {}) {
  const running = emulators ?? (await startJira());
  const { access_token: accessToken } = await install(running, { account, scope: SCOPE });
  const grant = { organizationId: CLOUD_ID, accessToken, signal: AbortSignal.timeout(20_000) };
  function webhooksOf(webhooks?: { events: (typeof WEBHOOKS)["events"][number][]; jql: string }) {
    const { dynamicWebhooks } = createJira({
      clientId: "jira-1",
      clientSecret: { use: () => Promise.reject(new Error("must not be read")) },
      scopes: [],
      urls: { auth: running.jiraAuthUrl, api: running.jiraApiUrl },
      webhooks,
    });
    if (!dynamicWebhooks) throw new Error("Jira has webhooks.");
    return dynamicWebhooks;
  }
  const configured = { ...WEBHOOKS, events: [...WEBHOOKS.events] };
  const register = (knownIds: readonly string[] = [], url = URL) =>
    webhooksOf(configured).register(grant, { url, knownIds });
  async function listed(): Promise<unknown> {
    const path = `/ex/jira/${CLOUD_ID}/rest/api/3/webhook`;
    return (await getApi(running, path, accessToken)).json();
  }
  return { emulators: running, grant, configured, webhooksOf, register, listed };
}

describe("the webhooks of a Jira site", () => {
  test("are registered once, with all configured events", async () => {
    const { register, listed } = await start();

    const first = await register();
    const again = await register(first.ids);
    const forgotten = await register();

    expect(first).toEqual({ host: "acme.atlassian.net", ids: ["1"], retired: [] });
    expect([again, forgotten]).toEqual([first, first]);
    expect(await listed()).toMatchObject({
      total: 1,
      values: [{ id: 1, url: URL, events: WEBHOOKS.events, jqlFilter: "project = DEMO" }],
    });
  });

  test("are extended by a repetition", async () => {
    const { emulators, register } = await start();
    const { ids } = await register();
    await emulators.control.letTimePass(20 * 86_400);
    const later = await start({ emulators });
    await later.register(ids);
    await emulators.control.letTimePass(20 * 86_400);
    const latest = await start({ emulators });

    expect(await latest.listed()).toMatchObject({ total: 1, values: [{ id: 1 }] });
  });

  test("are replaced for other events, for another filter, and for another URL", async () => {
    const { webhooksOf, configured, grant, register, listed } = await start();
    const { ids } = await register();
    const other = webhooksOf({ ...configured, jql: "project = OPS" });

    const filtered = await other.register(grant, { url: URL, knownIds: ids });
    const moved = await register(filtered.ids, "https://moved.example.com/webhooks/jira");

    expect([filtered.ids, moved.ids]).toEqual([["2"], ["3"]]);
    expect(await listed()).toMatchObject({ total: 1, values: [{ id: 3 }] });
  });

  test("are removed when none are configured any more, and with the installation", async () => {
    const { webhooksOf, grant, register, listed } = await start();
    const { ids } = await register();

    const none = await webhooksOf().register(grant, { url: URL, knownIds: ids });
    const empty = await listed();
    const next = await register();
    await webhooksOf().remove(grant, next.ids);
    await webhooksOf().remove(grant, []);

    expect(none).toEqual({ host: "acme.atlassian.net", ids: [], retired: [] });
    expect([empty, await listed()]).toMatchObject([{ total: 0 }, { total: 0 }]);
  });

  test("of another person cannot be managed, and are retired", async () => {
    const mia = await start();
    const { ids } = await mia.register();
    const noah = await start({ emulators: mia.emulators, account: "noah" });

    expect(await noah.register(ids)).toEqual({
      host: "acme.atlassian.net",
      ids: ["2"],
      retired: ["1"],
    });
  });

  test("with a filter that Jira refuses are provider_misconfigured", async () => {
    const { webhooksOf, configured, grant, listed } = await start();
    const refused = webhooksOf({ ...configured, jql: "sprint = 1" });

    const registered = refused.register(grant, { url: URL, knownIds: [] });

    await expect(registered).rejects.toMatchObject({ code: "provider_misconfigured" });
    expect(await listed()).toMatchObject({ total: 0 });
  });

  test("whose URL differs from that of another deploy are provider_misconfigured", async () => {
    const { register } = await start();
    await register();

    await expect(register([], "https://other.example.com/")).rejects.toMatchObject({
      code: "provider_misconfigured",
    });
  });

  test.each([
    ["GET", { kind: "status", status: 401 }, "provider_error"],
    ["GET", { kind: "status", status: 200, body: {} }, "provider_error"],
    ["POST", { kind: "status", status: 200, body: {} }, "provider_error"],
    ["POST", { kind: "status", status: 403 }, "provider_error"],
    ["POST", { kind: "status", status: 503 }, "provider_unavailable"],
    ["POST", { kind: "status", status: 429 }, "provider_rate_limited"],
    ["POST", { kind: "lose_reply" }, "provider_unavailable"],
  ] as const)(
    "after a failed %s, %j, are registered once by the next try",
    async (method, fault, code) => {
      const { emulators, register, listed } = await start();
      const path = `/api/ex/jira/${CLOUD_ID}/rest/api/3/webhook`;
      emulators.control.addFault({
        platform: "jira",
        method,
        path,
        times: 1,
        milliseconds: 0,
        fault,
      });

      await expect(register()).rejects.toMatchObject({ code });
      await register();

      expect(await listed()).toMatchObject({ total: 1 });
    },
  );

  test("with an extension or a removal that fails are provider_error", async () => {
    const { emulators, grant, webhooksOf, register } = await start();
    const { ids } = await register();
    const path = `/api/ex/jira/${CLOUD_ID}/rest/api/3/webhook*`;
    for (const method of ["PUT", "DELETE"] as const) {
      const fault = { kind: "status", status: 400 } as const;
      emulators.control.addFault({
        platform: "jira",
        method,
        path,
        times: 1,
        milliseconds: 0,
        fault,
      });
    }

    await expect(register(ids)).rejects.toMatchObject({ code: "provider_error" });
    await expect(webhooksOf().remove(grant, ids)).rejects.toMatchObject({ code: "provider_error" });
  });
});
