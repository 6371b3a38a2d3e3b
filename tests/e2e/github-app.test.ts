import { describe, expect, test } from "vitest";
import { locationOf, openSession } from "../support/browser-session.ts";
import {
  authorizeGithubUser,
  installGithubApp,
  installGithubAppAs,
} from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, REDIRECT_URI, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { control } = stack.platforms;
const { github } = control;

const WITH_REDIRECT = `/oauth/github/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;

/** Counts the installations that somebody has connected. */
async function countRows(): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int from installations where coalesce(inactive_reason, '') <> 'unclaimed'
  `;
  return row.count;
}

/** Comes back from GitHub's install page with a claim of one's own making. */
async function claim(installationId: number | string, login: string): Promise<Response> {
  const session = openSession();
  const honest = new URL(await installGithubApp(stack, session, undefined, { login: "mallory" }));
  honest.searchParams.set("installation_id", String(installationId));
  const callback = await authorizeGithubUser(stack, session, honest.href, login);
  return session.get(callback, { accept: "application/json" });
}

describe("an install of the GitHub App", () => {
  test("is of the account it was made on, and keeps no user's token", async () => {
    await github.createOrganization({
      login: "acme-inc",
      people: [{ login: "owner-one", role: "admin" }],
    });

    const reply = await installGithubAppAs(stack, { login: "owner-one", account: "acme-inc" });

    expect(await reply.json()).toMatchObject({ status: "success", organization: "acme-inc" });
    const lookup = await invoke(stack, "token-lookup", {
      platform: "github",
      organization_id: await organizationIdOf("acme-inc"),
    });
    expect(lookup).toMatchObject({
      ok: true,
      answer: {
        organization_name: "acme-inc",
        access_token: expect.stringMatching(/^ghs_/),
        scopes: [],
      },
    });
    const userTokens = control
      .requests()
      .filter(({ method, path }) => method === "DELETE" && path.endsWith("/token"));
    expect(userTokens.at(-1)?.status).toBe(204);
  });

  test("is found by the id that a webhook has, as a number or as text", async () => {
    await installGithubAppAs(stack, { login: "frank" });
    const [row] = await sql<[{ id: string; installation: string }]>`
      select id, provider_installation_id as installation
      from installations where organization_name = 'frank'
    `;
    const lookUp = (provider_installation_id: string | number) =>
      invoke(stack, "token-lookup", { platform: "github", provider_installation_id });

    const answers = await Promise.all([lookUp(Number(row.installation)), lookUp(row.installation)]);

    for (const answer of answers) {
      expect(answer).toMatchObject({ ok: true, answer: { installation_id: row.id } });
    }
  });

  test("carries redirect and result through both pages of GitHub", async () => {
    const session = openSession();
    const setupUrl = await installGithubApp(stack, session, WITH_REDIRECT, { login: "dora" });
    const callback = await authorizeGithubUser(stack, session, setupUrl, "dora");

    const location = new URL(locationOf(await session.get(callback)));

    expect(location.origin + location.pathname).toBe(REDIRECT_URI);
    expect(location.searchParams.get("status")).toBe("success");
    expect(location.searchParams.get("organization")).toBe("dora");
  });

  test("again after a change of repositories keeps its one row", async () => {
    const first = await (await installGithubAppAs(stack, { login: "erin" })).json();
    const before = await countRows();

    const second = await (await installGithubAppAs(stack, { login: "erin" })).json();

    expect(second).toMatchObject({ status: "success" });
    expect(await countRows()).toBe(before);
    expect(second).toMatchObject({ organization: "erin" });
    expect(Object(second).installation_id).toBe(Object(first).installation_id);
  });

  test("two at once from two tabs of a browser both succeed", async () => {
    const session = openSession();
    const [one, other] = [
      await installGithubApp(stack, session, undefined, { login: "tab-a" }),
      await installGithubApp(stack, session, undefined, { login: "tab-b" }),
    ];
    const callbacks = [
      await authorizeGithubUser(stack, session, one, "tab-a"),
      await authorizeGithubUser(stack, session, other, "tab-b"),
    ];

    const replies = await Promise.all(callbacks.map((callback) => session.get(callback)));

    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe("a claimed installation", () => {
  test("that the user cannot see is refused, and nothing is stored", async () => {
    const victim = await github.install({ account: "victim-user" });
    const before = await countRows();

    const reply = await claim(victim.id, "mallory");

    expect(reply.status).toBe(403);
    expect(await reply.json()).toMatchObject({ error: "installation_not_verified" });
    expect(await countRows()).toBe(before);
  });

  test("of an organization in which the user is a plain member is refused", async () => {
    await github.createOrganization({
      login: "big-corp",
      people: [
        { login: "boss", role: "admin" },
        { login: "mallory", role: "member" },
      ],
    });
    const installation = await github.install({ account: "big-corp", by: "boss" });
    const before = await countRows();

    const reply = await claim(installation.id, "mallory");

    expect(await reply.json()).toMatchObject({ error: "installation_not_verified" });
    expect(await countRows()).toBe(before);
  });

  test("that is suspended is refused, and nothing is stored", async () => {
    const installation = await github.install({ account: "sleepy" });
    await github.suspend({ account: "sleepy" });
    const before = await countRows();

    const reply = await claim(installation.id, "sleepy");

    expect(await reply.json()).toMatchObject({ error: "installation_inactive" });
    expect(await countRows()).toBe(before);
  });

  test("that nobody knows is refused", async () => {
    const reply = await claim(999_999_999, "mallory");

    expect(await reply.json()).toMatchObject({ error: "installation_not_verified" });
  });

  test.each(["0", "-1", "1e3", "0x10", "4.2", "42abc", " 42", "١٢٣", ""])(
    "%j is no id",
    async (id) => {
      const session = openSession();
      const setup = new URL(await installGithubApp(stack, session, undefined, { login: "frank" }));
      setup.searchParams.set("installation_id", id);

      const reply = await session.get(setup.href, { accept: "application/json" });

      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ error: "invalid_request" });
    },
  );
});

describe("a return from GitHub's install page", () => {
  test("with a request for approval is a page that says so, and stores nothing", async () => {
    await github.createOrganization({
      login: "slow-corp",
      people: [
        { login: "slow-boss", role: "admin" },
        { login: "gina", role: "member" },
      ],
    });
    const before = await countRows();
    const session = openSession();
    const install = { login: "gina", account: "slow-corp" };
    const setupUrl = await installGithubApp(stack, session, undefined, install);

    const callback = await authorizeGithubUser(stack, session, setupUrl, "gina");
    const waiting = new URL(locationOf(await session.get(callback)), callback);
    const reply = await session.get(waiting.href);

    expect(waiting.pathname).toBe("/oauth/github/waiting");
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("Waiting for an owner");
    expect(await countRows()).toBe(before);
  });

  test("with a request for approval of another browser says so, and stores nothing", async () => {
    const session = openSession();
    const install = { login: "gina", account: "slow-corp" };
    const setupUrl = await installGithubApp(stack, session, WITH_REDIRECT, install);

    const reply = await openSession().get(setupUrl);

    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("start the install again");
  });

  test("without a state asks to continue, and then finishes", async () => {
    const installation = await github.install({ account: "henry" });
    const session = openSession();
    const query = new URLSearchParams({
      installation_id: String(installation.id),
      setup_action: "install",
    });
    const page = await session.get(`${stack.url}/oauth/github/setup?${query}`);
    const [, href = ""] = /href="(\?[^"]+)"/.exec(await page.text()) ?? [];

    const setupUrl = `${stack.url}/oauth/github/setup${href.replaceAll("&#38;", "&")}`;
    const callback = await authorizeGithubUser(stack, session, setupUrl, "henry");
    const reply = await session.get(callback, { accept: "application/json" });

    expect(page.status).toBe(200);
    expect(await reply.json()).toMatchObject({ status: "success", organization: "henry" });
  });

  test("in another browser does not take redirect or metadata along", async () => {
    const setupUrl = await installGithubApp(stack, openSession(), WITH_REDIRECT, { login: "ida" });

    const reply = await openSession().get(setupUrl);

    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("Continue with GitHub");
  });

  test.each(["delete", "", "constructor"])("with the action %j is refused", async (action) => {
    const query = new URLSearchParams({ installation_id: "42", setup_action: action });

    const reply = await openSession().get(`${stack.url}/oauth/github/setup?${query}`);

    expect(reply.status).toBe(400);
  });

  test("that GitHub sends to the callback is understood there too", async () => {
    const session = openSession();
    const setupUrl = new URL(await installGithubApp(stack, session, undefined, { login: "jack" }));
    const query = `${setupUrl.search}&code=a-code-without-our-challenge`;

    const reply = await session.get(`${stack.url}/oauth/github/callback${query}`);

    expect(reply.status).toBe(302);
    expect(locationOf(reply)).toContain("/login/oauth/authorize?");
  });
});

async function organizationIdOf(name: string): Promise<string> {
  const list = await callApi(stack, "GET", "/installations?limit=100");
  const { items } = Object(await list.json());
  for (const item of items) if (item.organization_name === name) return item.organization_id;
  return "";
}

describe("an import by the App's installation id", () => {
  const importOf = (organizationId: string, providerInstallationId: string) =>
    callApi(stack, "POST", "/installations", {
      platform: "github",
      organization_id: organizationId,
      organization_name: "imported",
      installed_by: "ops",
      provider_installation_id: providerInstallationId,
    });

  test("needs no token: the first lookup mints one", async () => {
    const { id, account } = await github.install({ account: "kate" });

    const reply = await importOf(String(Object(account).id), String(id));

    expect(reply.status).toBe(201);
    const { id: installationId } = Object(await reply.json());
    const lookup = await invoke(stack, "token-lookup", { installation_id: installationId });
    expect(lookup).toMatchObject({ ok: true });
  });

  test("is refused when the App is not installed on that organization with that id", async () => {
    const { id } = await github.install({ account: "liam" });

    const other = await importOf("583231", String(id));
    const unknown = await importOf("583231", "999999999");

    expect([other.status, unknown.status]).toEqual([403, 403]);
  });
});
