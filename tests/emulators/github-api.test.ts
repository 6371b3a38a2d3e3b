import { once } from "node:events";
import { get } from "node:http";
import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { getApi, install, start } from "./emulated-github.ts";

const BAD_CREDENTIALS = {
  message: "Bad credentials",
  documentation_url: "https://docs.github.com/rest",
  status: "401",
};

const Expiring = v.object({ expires_at: v.string() });

test("a token shows its user", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms, { login: "hubot", scope: "repo read:org" });

  const response = await getApi(platforms, "/user", access_token);

  expect(response.status).toBe(200);
  expect(response.headers.get("x-oauth-scopes")).toBe("repo, read:org");
  expect(await response.json()).toMatchObject({
    login: "hubot",
    id: 480938,
    name: "Hubot",
    email: "hubot@example.com",
    type: "User",
  });
});

test("a wrong bearer token gets 401", async () => {
  const platforms = await start();
  await install(platforms);

  const response = await getApi(platforms, "/user", "gho_FAKE1");

  expect(response.status).toBe(401);
  expect(await response.json()).toEqual(BAD_CREDENTIALS);
});

test("no token gets 401", async () => {
  const platforms = await start();

  const response = await fetch(`${platforms.githubApiUrl}/user`);

  expect(response.status).toBe(401);
});

test("GitHub's older word for Bearer is understood", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms);

  const response = await fetch(`${platforms.githubApiUrl}/user`, {
    headers: { authorization: `token ${access_token}` },
  });

  expect(response.status).toBe(200);
});

test("a request without User-Agent gets 403", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms);

  const request = get(`${platforms.githubApiUrl}/user`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  const [response] = await once(request, "response");
  response.resume();

  expect(response.statusCode).toBe(403);
});

test("a hidden e-mail is null on the profile, and in the list of a token with user:email", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms, { scope: "user:email" });

  const user = await getApi(platforms, "/user", access_token);
  const emails = await getApi(platforms, "/user/emails", access_token);

  expect(await user.json()).toMatchObject({ login: "octocat", email: null });
  expect(await emails.json()).toContainEqual({
    email: "octocat@example.com",
    primary: true,
    verified: true,
    visibility: "private",
  });
});

test("the scope user includes the e-mail addresses", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms, { scope: "user", login: "mona" });

  const response = await getApi(platforms, "/user/emails", access_token);

  expect(await response.json()).toEqual([
    { email: "mona@example.com", primary: true, verified: false, visibility: null },
  ]);
});

test("without a scope for them, e-mail addresses are not found and organizations forbidden", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms, { scope: "repo read:user" });

  const emails = await getApi(platforms, "/user/emails", access_token);
  const organizations = await getApi(platforms, "/user/orgs", access_token);

  expect([emails.status, organizations.status]).toEqual([404, 403]);
  expect(emails.headers.get("x-accepted-oauth-scopes")).toBe("user:email, user");
});

test("organizations are listed for a token with read:org, by name or by inclusion", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms, { scope: "admin:org" });

  const response = await getApi(platforms, "/user/orgs", access_token);

  expect(await response.json()).toEqual([{ id: 9919, login: "octo-org" }]);
});

test("an account that is not listed exists all the same, with an id that stays", async () => {
  const platforms = await start();
  const first = await install(platforms, { login: "org-17" });
  const second = await install(platforms, { login: "Org-17" });
  const other = await install(platforms, { login: "org-18" });

  const users = [];
  for (const { access_token } of [first, second, other]) {
    const response = await getApi(platforms, "/user", access_token);
    users.push(await response.json());
  }

  expect(users).toMatchObject([
    { login: "org-17", id: 270835778730268 },
    { login: "org-17", id: 270835778730268 },
    { login: "org-18", id: 98068601242612 },
  ]);
});

test("an app checks a token by its own id and secret", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 100 });
  const { access_token } = await install(platforms, { scope: "gist" });

  const known = await callAsApp(platforms, "POST", "token", { access_token });
  const unknown = await callAsApp(platforms, "POST", "token", { access_token: "gho_FAKE1" });
  const nothing = await callAsApp(platforms, "POST", "token", {});

  expect([known.status, unknown.status, nothing.status]).toEqual([200, 404, 422]);
  expect(await known.json()).toMatchObject({
    app: { client_id: "app-1", name: "Grantkeep" },
    user: { login: "octocat", id: 583231 },
    scopes: ["gist"],
    expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
});

test("time that was let pass makes the expiry nearer, as the real clock tells it", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 28_800 });
  const { access_token } = await install(platforms);
  const before = await callAsApp(platforms, "POST", "token", { access_token });

  await platforms.control.letTimePass(3600);
  const after = await callAsApp(platforms, "POST", "token", { access_token });

  const expiries = [await before.json(), await after.json()].map((body) =>
    Date.parse(v.parse(Expiring, body).expires_at),
  );
  expect(expiries[1]).toBe((expiries[0] ?? 0) - 3_600_000);
});

test.each([
  ["a wrong secret", "Basic YXBwLTE6d3Jvbmc=", 401],
  ["another client id", "Basic YXBwLTI6c2VjcmV0LTE=", 401],
  ["no credentials", undefined, 401],
])("an app with %s is refused", async (_, authorization, status) => {
  const platforms = await start();
  const { access_token } = await install(platforms);

  const response = await fetch(`${platforms.githubApiUrl}/applications/app-1/token`, {
    method: "DELETE",
    headers: authorization === undefined ? {} : { authorization },
    body: JSON.stringify({ access_token }),
  });

  expect(response.status).toBe(status);
  expect((await getApi(platforms, "/user", access_token)).status).toBe(200);
});

test("an app ends one token and leaves the others", async () => {
  const platforms = await start();
  const ended = await install(platforms);
  const other = await install(platforms);

  const response = await callAsApp(platforms, "DELETE", "token", ended);
  const again = await callAsApp(platforms, "DELETE", "token", ended);

  expect([response.status, again.status]).toEqual([204, 422]);
  expect((await getApi(platforms, "/user", ended.access_token)).status).toBe(401);
  expect((await getApi(platforms, "/user", other.access_token)).status).toBe(200);
});

test("an app ends a grant with all tokens of its user, and of no other", async () => {
  const platforms = await start();
  const mine = await install(platforms);
  const mineToo = await install(platforms, { scope: "gist" });
  const hers = await install(platforms, { login: "mona" });

  const response = await callAsApp(platforms, "DELETE", "grant", mine);

  expect(response.status).toBe(204);
  expect((await getApi(platforms, "/user", mineToo.access_token)).status).toBe(401);
  expect((await getApi(platforms, "/user", hers.access_token)).status).toBe(200);
});

test("an unknown path gets 404 in GitHub's form", async () => {
  const platforms = await start();

  const response = await getApi(platforms, "/repos/octo-org/hello", "gho_FAKE1");

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ message: "Not Found" });
});

function callAsApp(
  { githubApiUrl }: Emulators,
  method: string,
  what: "token" | "grant",
  body: { access_token?: string },
): Promise<Response> {
  return fetch(`${githubApiUrl}/applications/app-1/${what}`, {
    method,
    headers: { authorization: "Basic YXBwLTE6c2VjcmV0LTE=" },
    body: JSON.stringify(body),
  });
}
