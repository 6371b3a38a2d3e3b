import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { consent, installAs, locationOf, openSession } from "../support/browser-session.ts";
import { callApi, invoke, REDIRECT_URI, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { sql } = stack.database;

async function count(): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int from installations`;
  return row.count;
}

test("a customer installs the bot on GitHub, and a Lambda gets a token that works", async () => {
  const session = openSession();
  const callback = await consent(stack, session);
  const page = await session.get(callback);

  const list = await callApi(stack, "GET", "/installations?platform=github");
  const lookup = await invoke(stack, "token-lookup", {
    platform: "github",
    organization_id: "583231",
  });

  expect(page.status).toBe(200);
  expect(await page.text()).toContain("Patchwork is connected to");
  const installation = {
    platform: "github",
    organization_id: "583231",
    organization_name: "octocat",
    kind: "oauth_app",
    scopes: ["repo", "read:org", "read:user"],
    is_active: true,
    has_refresh_token: false,
    token_expires_at: null,
  };
  expect(await list.json()).toMatchObject({ items: [installation], next_cursor: null });
  expect(lookup).toMatchObject({
    ok: true,
    answer: {
      platform: "github",
      organization_id: "583231",
      organization_name: "octocat",
      token_type: "bearer",
      expires_at: null,
      scopes: ["repo", "read:org", "read:user"],
      missing_scopes: [],
      api_base_url: stack.platforms.githubApiUrl,
    },
  });
  const { access_token: token } = v.parse(TokenLookupResponse, lookup.ok && lookup.answer);
  const user = (bearer: string) =>
    fetch(`${stack.platforms.githubApiUrl}/user`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
  expect((await user(token)).status).toBe(200);
  expect((await user(`${token}x`)).status).toBe(401);
});

test("the JSON answer of the install that created it shows the webhook secret, once", async () => {
  const first = v.parse(InstallSuccess, await (await installAs(stack, "hubot")).json());
  const again = v.parse(InstallSuccess, await (await installAs(stack, "hubot")).json());
  const lookup = await invoke(stack, "webhook-secret", { installation_id: first.installation_id });

  expect(first.webhook_secret).toMatch(/^[0-9a-f]{64}$/);
  expect(again).toEqual({ ...first, webhook_secret: undefined });
  expect(again).not.toHaveProperty("webhook_secret");
  expect(lookup).toEqual({ ok: true, answer: { webhook_secret: first.webhook_secret } });
});

test("installing an organization again keeps one row and brings new tokens", async () => {
  await installAs(stack, "mona");
  const before = await count();
  const lookUp = async () => {
    const [row] =
      await sql`select organization_id from installations where organization_name = 'mona'`;
    const request = { platform: "github", organization_id: row?.organization_id };
    const lookup = await invoke(stack, "token-lookup", request);
    return v.parse(TokenLookupResponse, lookup.ok && lookup.answer).access_token;
  };
  const firstToken = await lookUp();

  await installAs(stack, "mona");

  expect(await count()).toBe(before);
  expect(await lookUp()).not.toBe(firstToken);
});

test("a redirect gets the result, and no secret, code or state", async () => {
  const session = openSession();
  const start = `/oauth/github/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
  const callback = await consent(stack, session, start);
  const reply = await session.get(callback);

  const location = new URL(locationOf(reply));
  expect(reply.status).toBe(303);
  expect(location.origin + location.pathname).toBe(REDIRECT_URI);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    status: "success",
    platform: "github",
    installation_id: expect.stringMatching(/^inst-[0-9a-f]{32}$/),
    organization: "octocat",
  });
  expect(reply.headers.get("referrer-policy")).toBe("no-referrer");
});

test("a customer who cancels sees that, and can try again", async () => {
  const session = openSession();
  const callback = await consent(stack, session, undefined, { decision: "cancel" });
  const reply = await session.get(callback);

  const page = await reply.text();
  expect(reply.status).toBe(400);
  expect(page).toContain("The install was cancelled");
  expect(page).toContain('href="../../"');
});

test("a customer who cancels is sent on to the redirect with the code of what happened", async () => {
  const session = openSession();
  const start = `/oauth/github/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
  const callback = await consent(stack, session, start, { decision: "cancel" });

  const location = locationOf(await session.get(callback));

  const { searchParams } = new URL(location);
  expect(location.startsWith(`${REDIRECT_URI}?`)).toBe(true);
  expect(Object.fromEntries(searchParams)).toEqual({
    status: "error",
    error: "access_denied",
    platform: "github",
    request_id: expect.stringMatching(/^[\w-]{8,}$/),
  });
});

test("an e-mail that the profile hides is asked for, when the scopes allow it", async () => {
  const [row] = await sql`
    select installed_by, installed_by_id from installations where organization_name = 'hubot'
  `;

  expect(row).toEqual({
    installed_by: expect.stringContaining("@"),
    installed_by_id: expect.any(String),
  });
});

test("two tabs, two installs at once: both succeed", async () => {
  const session = openSession();
  const [one, other] = await Promise.all([
    consent(stack, session, undefined, { login: "tab-one" }),
    consent(stack, session, undefined, { login: "tab-two" }),
  ]);

  const replies = await Promise.all([session.get(one), session.get(other)]);

  expect(replies.map(({ status }) => status)).toEqual([200, 200]);
});

test("a hundred callbacks of one organization, ten at a time: a hundred successes, one row", async () => {
  const before = await count();
  const flows = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const session = openSession();
      return { session, callback: await consent(stack, session, undefined, { login: "crowd" }) };
    }),
  );

  // All functions of this stack share one connection. F-46 sends all at once, to several processes.
  const replies: Response[] = [];
  while (replies.length < flows.length) {
    const next = flows.slice(replies.length, replies.length + 10);
    const sent = next.map(({ session, callback }) =>
      session.get(callback, { accept: "application/json" }),
    );
    replies.push(...(await Promise.all(sent)));
  }

  const bodies = await Promise.all(
    replies.map(async (reply) => v.parse(InstallSuccess, await reply.json())),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(bodies.map(({ installation_id }) => installation_id)).size).toBe(1);
  expect(bodies.filter(({ webhook_secret }) => webhook_secret !== undefined)).toHaveLength(1);
  expect(await count()).toBe(before + 1);
});

test("one state used a hundred times at once: one success, one exchange, one row", async () => {
  const before = await count();
  const session = openSession();
  const callback = await consent(stack, session, undefined, { login: "replayed" });
  const cookie = [...session.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const exchanges = () =>
    stack.platforms.control.requests().filter(({ path }) => path.endsWith("/access_token")).length;
  const exchangesBefore = exchanges();

  const replies = await Promise.all(
    Array.from({ length: 100 }, () => fetch(callback, { headers: { cookie }, redirect: "manual" })),
  );

  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 400)).toHaveLength(99);
  expect(exchanges() - exchangesBefore).toBe(1);
  expect(await count()).toBe(before + 1);
});
