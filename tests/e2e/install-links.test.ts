import { afterEach, describe, expect, test, vi } from "vitest";
import { type BrowserSession, locationOf, openSession } from "../support/browser-session.ts";
import { createLink, openLink, readLink } from "../support/install-links.ts";
import {
  authorizeGithubUser,
  consentJira,
  consentSlack,
  installGithubApp,
} from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { control } = stack.platforms;
const JSON_ONLY = { accept: "application/json" };
const METADATA = { customer: "c-1", display_name: "Acme" };

afterEach(async () => {
  vi.useRealTimers();
  control.clearFaults();
  await sql`delete from installations`;
});

const slackLink = () => createLink(stack, { platform: "slack", metadata: METADATA });

/** Opens a link and consents on Slack: the callback, not yet opened. */
async function consentWith(session: BrowserSession, url: string, team = "T0ACME"): Promise<string> {
  return consentSlack(stack, session, team, await openLink(session, url));
}

async function installWith(url: string, team = "T0ACME"): Promise<Response> {
  const session = openSession();
  return session.get(await consentWith(session, url, team), JSON_ONLY);
}

describe("an install link", () => {
  test("is listed, and shows which installation it stored", async () => {
    const { id, url } = await slackLink();
    const before = await readLink(stack, id);

    const { installation_id } = Object(await (await installWith(url)).json());

    const after = await readLink(stack, id);
    expect(before).toMatchObject({ status: "open", metadata: METADATA, used_by: null });
    expect(after).toMatchObject({ status: "used", used_by: installation_id });
    const list = Object(await (await callApi(stack, "GET", "/install-links?limit=1")).json());
    expect(list.items).toEqual([after]);
  });

  test("is found by its URL, also when it cannot be used any more, and by no other text", async () => {
    const { id, url } = await slackLink();
    const sealed = new URL(url).searchParams.get("link") ?? "";
    const find = async (link: string) => {
      const reply = await callApi(stack, "GET", `/install-links?${new URLSearchParams({ link })}`);
      return { status: reply.status, body: Object(await reply.json()) };
    };

    const open = await find(sealed);
    await installWith(url);
    const used = await find(sealed);
    const changed = await find(`${sealed}A`);
    await sql`delete from install_links where id = ${id}`;
    const deleted = await find(sealed);

    expect(open.body).toEqual({
      items: [expect.objectContaining({ id, status: "open" })],
      next_cursor: null,
    });
    expect(used.body.items).toEqual([expect.objectContaining({ id, status: "used" })]);
    expect(changed).toMatchObject({ status: 400, body: { error: "invalid_state" } });
    expect(deleted).toMatchObject({ status: 404, body: { error: "install_link_not_found" } });
  });

  test.each(["limit=10", "cursor=v1.k1.AAAA"])(
    "is not looked up together with a page: %s",
    async (page) => {
      const { url } = await slackLink();

      const reply = await callApi(stack, "GET", `/install-links${new URL(url).search}&${page}`);

      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({
        error: "invalid_request",
        error_description: "link cannot be combined with limit or cursor.",
      });
    },
  );

  test("is not readable in its row", async () => {
    const { id } = await slackLink();

    const [row] = await sql`select install_links::text as row from install_links where id = ${id}`;

    expect(row?.row).not.toMatch(/Acme|c-1/);
  });

  test("that was ended neither opens nor completes an install", async () => {
    const { id, url } = await slackLink();
    const session = openSession();
    const callback = await consentWith(session, url);

    const ended = await callApi(stack, "DELETE", `/install-links/${id}`);

    expect(await ended.json()).toMatchObject({ status: "ended" });
    expect((await openSession().get(url)).status).toBe(400);
    const reply = await session.get(callback, JSON_ONLY);
    expect(await reply.json()).toMatchObject({ error: "invalid_state" });
    expect(await sql`select id from installations`).toHaveLength(0);
  });

  test("that was used shows that on its page", async () => {
    const { url } = await slackLink();
    await installWith(url);

    const page = await openSession().get(url);

    expect(page.status).toBe(400);
    expect(await page.text()).toContain("invalid_state");
  });

  test("is not found under another id", async () => {
    const path = `/install-links/link-${"0".repeat(32)}`;

    for (const method of ["GET", "DELETE"]) {
      const reply = await callApi(stack, method, path);
      expect(reply.status).toBe(404);
      expect(await reply.json()).toMatchObject({ error: "install_link_not_found" });
    }
  });

  test("survives a platform's 503", async () => {
    const { id, url } = await slackLink();
    control.addFault({
      platform: "slack",
      path: "/api/oauth.v2.access",
      fault: { kind: "status", status: 503 },
    });

    const failed = await installWith(url);
    const { status } = await readLink(stack, id);
    const again = await installWith(url);

    expect(failed.status).toBe(503);
    expect(status).toBe("open");
    expect(again.status).toBe(200);
  });

  test("survives the try of somebody who is no owner", async () => {
    await control.github.createOrganization({
      login: "octo-link",
      people: [
        { login: "link-owner", role: "admin" },
        { login: "link-member", role: "member" },
      ],
    });
    const { id } = await control.github.install({ account: "octo-link" });
    const { url } = await createLink(stack, { platform: "github", metadata: METADATA });

    const claim = async (login: string) => {
      const session = openSession();
      const start = await openLink(session, url);
      const setup = new URL(await installGithubApp(stack, session, start, { login }));
      setup.searchParams.set("installation_id", String(id));
      const callback = await authorizeGithubUser(stack, session, setup.href, login);
      return session.get(callback, JSON_ONLY);
    };
    const refused = await claim("link-member");
    const installed = await claim("link-owner");

    expect(await refused.json()).toMatchObject({ error: "installation_not_verified" });
    expect(await installed.json()).toMatchObject({ status: "success", organization: "octo-link" });
  });

  test("starts a flow only from its page: another request is sent there", async () => {
    const { url } = await slackLink();
    const [session, other] = [openSession(), openSession()];
    const start = await openLink(session, url);
    const link = new URL(url).searchParams.get("link") ?? "";
    const bare = `/oauth/slack/authorize?${new URLSearchParams({ link })}`;

    for (const [browser, path] of [
      [session, bare],
      [session, `${start}x`],
      [other, start],
    ] as const) {
      const reply = await browser.get(stack.url + path);
      expect(reply.status).toBe(302);
      expect(locationOf(reply)).toBe(url);
      expect(reply.headers.getSetCookie()).toEqual([]);
    }
    expect(locationOf(await session.get(stack.url + start))).toMatch(stack.platforms.slackUrl);
  });

  test("can be open in two tabs of one browser", async () => {
    const session = openSession();
    const [one, other] = [(await slackLink()).url, (await slackLink()).url];
    const first = await openLink(session, one);
    await openLink(session, other);

    const reply = await session.get(await consentSlack(stack, session, "T0ACME", first), JSON_ONLY);

    expect(reply.status).toBe(200);
  });

  test("is chosen with its site, and is used only then", async () => {
    const { id, url } = await createLink(stack, { platform: "jira", metadata: METADATA });
    const session = openSession();
    const start = await openLink(session, url);
    const callback = await consentJira(stack, session, { sites: ["acme", "globex"], start });
    const choice = Object(await (await session.get(callback, JSON_ONLY)).json());
    const before = await readLink(stack, id);

    const form = { pending_id: choice.pending_id, organization_id: choice.organizations[0].id };
    const page = await session.post(`${stack.url}/oauth/jira/organization`, form);

    expect(before.status).toBe("open");
    expect(page.status).toBe(200);
    expect(await readLink(stack, id)).toMatchObject({ status: "used" });
    expect(await sql`select metadata from installations`).toEqual([{ metadata: METADATA }]);
  });
});

describe("a reconnect link", () => {
  async function pinned(team: string) {
    const { installation_id } = Object(
      await (await installWith((await slackLink()).url, team)).json(),
    );
    return {
      installation_id,
      ...(await createLink(stack, { platform: "slack", installation_id })),
    };
  }

  test("installs the organization again that it is for, and no other", async () => {
    const { installation_id, id, url } = await pinned("T0ONE");

    const other = await installWith(url, "T0TWO");
    const { status } = await readLink(stack, id);
    const same = await installWith(url, "T0ONE");

    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ error: "installation_bound_elsewhere" });
    expect(status).toBe("open");
    expect(await same.json()).toMatchObject({ status: "success", installation_id });
    expect(await sql`select id from installations`).toEqual([{ id: installation_id }]);
  });

  test.each([
    ["an installation that is not there", `inst-${"0".repeat(32)}`, 404],
    ["something else", "T0ACME", 400],
  ])("is not made for %s", async (_, installation_id, status) => {
    const body = { platform: "slack", installation_id };

    expect((await callApi(stack, "POST", "/install-links", body)).status).toBe(status);
  });

  test("is not made for an installation on another platform", async () => {
    const { installation_id } = await pinned("T0ACME");

    const reply = await callApi(stack, "POST", "/install-links", {
      platform: "jira",
      installation_id,
    });

    expect(reply.status).toBe(400);
  });
});

test("consent without a link needs no page", async () => {
  const session = openSession();

  const reply = await session.get(await consentSlack(stack, session), JSON_ONLY);

  expect(reply.status).toBe(200);
});
