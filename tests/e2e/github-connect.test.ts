import * as v from "valibot";
import { beforeAll, describe, expect, test } from "vitest";
import { OrganizationChoice } from "../../functions/http/responses.ts";
import { locationOf, openSession } from "../support/browser-session.ts";
import { authorizeGithubUser } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { github } = stack.platforms.control;

const CONNECT = `${stack.url}/oauth/github/authorize?connect=true`;
const JSON_ONLY = { accept: "application/json" };

beforeAll(async () => {
  for (const login of ["acme", "globex", "initech"]) {
    await github.createOrganization({
      login,
      people: [{ login: "olga", role: "admin" }, { login: "mia" }],
    });
  }
});

/** Connects as a person, and returns the session and the callback that is not yet opened. */
async function authorizeAs(login: string, start = CONNECT) {
  const session = openSession();
  return { session, callback: await authorizeGithubUser(stack, session, start, login) };
}

/** Returns the names of the organizations that somebody has connected. */
async function namesOfRows(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select organization_name as name
    from installations
    where coalesce(inactive_reason, '') <> 'unclaimed'
    order by 1
  `;
  return rows.map(({ name }) => name);
}

describe("an App that is installed already", () => {
  test("is offered on the page of the App, and not where there are no installations", async () => {
    const pages = await Promise.all(
      ["github", "slack"].map((platform) =>
        openSession().get(`${stack.url}/?platform=${platform}`),
      ),
    );

    const [app, slack] = await Promise.all(pages.map((page) => page.text()));
    expect(app).toContain('href="oauth/github/authorize?connect=true"');
    expect(slack).not.toContain("connect=true");
  });

  test("by nobody is not connected, and the page says so", async () => {
    const { session, callback } = await authorizeAs("olga");

    const page = await session.get(callback);

    expect(page.status).toBe(403);
    expect(await page.text()).toContain("is not installed yet");
    expect(await namesOfRows()).toEqual([]);
  });

  test("is refused for a member, on a page that says who can connect it", async () => {
    await github.install({ account: "acme", by: "olga" });
    const { session, callback } = await authorizeAs("mia");

    const page = await session.get(callback);

    expect(page.status).toBe(403);
    expect(await page.text()).toContain("An owner has to connect");
    expect(await namesOfRows()).toEqual([]);
  });

  test("is not connected by an owner who cancels, and nothing is said to have been installed", async () => {
    const session = openSession();
    const consent = new URL(locationOf(await session.get(CONNECT)));
    const callback = new URL(consent.searchParams.get("redirect_uri") ?? "");
    callback.searchParams.set("state", consent.searchParams.get("state") ?? "");
    callback.searchParams.set("error", "access_denied");

    const page = await session.get(callback.href);

    const text = await page.text();
    expect(text).toContain("Nothing was connected");
    expect(text).not.toContain("Nothing was installed");
  });

  test("is connected by its owner without GitHub's install page", async () => {
    const { session, callback } = await authorizeAs("olga");

    const reply = await session.get(callback, JSON_ONLY);

    expect(await reply.json()).toMatchObject({ status: "success", organization: "acme" });
    expect(await namesOfRows()).toEqual(["acme"]);
  });

  test("on several organizations is connected to the one that its owner chooses", async () => {
    await github.install({ account: "globex", by: "olga" });
    await github.install({ account: "initech", by: "olga" });
    await github.suspend({ account: "initech" });
    const { session, callback } = await authorizeAs("olga");
    const choice = v.parse(
      OrganizationChoice,
      await (await session.get(callback, JSON_ONLY)).json(),
    );
    const before = await namesOfRows();
    const globex = choice.organizations.find(({ name }) => name === "globex");
    const form = { pending_id: choice.pending_id, organization_id: globex?.id ?? "" };

    const other = await session.post(`${stack.url}/oauth/jira/organization`, {
      ...form,
      pending_id: "0".repeat(32),
    });
    const reply = await session.post(`${stack.url}/oauth/github/organization`, form, JSON_ONLY);

    expect(choice.organizations.map(({ name }) => name)).toEqual(["acme", "globex"]);
    expect(before).toEqual(["acme"]);
    expect(other.status).toBe(400);
    expect(await reply.json()).toMatchObject({ status: "success", organization: "globex" });
    const lookup = { platform: "github", organization_id: globex?.id };
    expect(await invoke(stack, "token-lookup", lookup)).toMatchObject({
      ok: true,
      answer: { access_token: expect.stringMatching(/^ghs_/) },
    });
  });

  test("is chosen on a page that names each organization with its address", async () => {
    const { session, callback } = await authorizeAs("olga");

    const page = await session.get(callback);

    const text = await page.text();
    expect(text).toContain("Choose an organization");
    expect(text).toContain(`${stack.platforms.githubUrl}/globex`);
    expect(text).toContain('action="organization"');
  });

  test("is connected with the metadata of a link, which is used up by it", async () => {
    const created = await callApi(stack, "POST", "/install-links", {
      platform: "github",
      metadata: { customer: "c-1" },
    });
    const { id, url } = Object(await created.json());
    const session = openSession();
    const offer = await (await session.get(url)).text();
    const [, href = ""] = /href="([^"]+connect=true)"/.exec(offer) ?? [];
    await github.install({ account: "olga" });
    await github.uninstall({ account: "acme" });
    await github.uninstall({ account: "globex" });
    const start = new URL(href.replaceAll("&#38;", "&"), url).href;

    const callback = await authorizeGithubUser(stack, session, start, "olga");
    const reply = await session.get(callback, JSON_ONLY);

    expect(await reply.json()).toMatchObject({ status: "success", organization: "olga" });
    const [row] = await sql`select metadata from installations where organization_name = 'olga'`;
    expect(row?.metadata).toEqual({ customer: "c-1" });
    const link = await callApi(stack, "GET", `/install-links/${id}`);
    expect(await link.json()).toMatchObject({ used_by: expect.stringMatching(/^inst-/) });
  });

  test("that is suspended is not connected", async () => {
    await github.createOrganization({ login: "hooli", people: [{ login: "hank", role: "admin" }] });
    await github.install({ account: "hooli", by: "hank" });
    await github.suspend({ account: "hooli" });
    const { session, callback } = await authorizeAs("hank");

    const reply = await session.get(callback, JSON_ONLY);

    expect(await reply.json()).toMatchObject({ error: "installation_inactive" });
  });
});

test("a platform without installations has nothing to connect", async () => {
  const reply = await openSession().get(`${stack.url}/oauth/slack/authorize?connect=true`);

  expect(reply.status).toBe(400);
});
