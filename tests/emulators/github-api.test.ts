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

test("GET /user returns the user of the token", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators, { login: "hubot", scope: "repo read:org" });

  const response = await getApi(emulators, "/user", access_token);

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
  const emulators = await start();
  await install(emulators);

  const response = await getApi(emulators, "/user", "gho_FAKE1");

  expect(response.status).toBe(401);
  expect(await response.json()).toEqual(BAD_CREDENTIALS);
});

test("no token gets 401", async () => {
  const emulators = await start();

  const response = await fetch(`${emulators.githubApiUrl}/user`);

  expect(response.status).toBe(401);
});

test("the older authorization scheme token is accepted", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators);

  const response = await fetch(`${emulators.githubApiUrl}/user`, {
    headers: { authorization: `token ${access_token}` },
  });

  expect(response.status).toBe(200);
});

test("a request without User-Agent gets 403", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators);

  const request = get(`${emulators.githubApiUrl}/user`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  const [response] = await once(request, "response");
  response.resume();

  expect(response.statusCode).toBe(403);
});

test("a hidden e-mail address is null in the profile, and listed with user:email", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators, { scope: "user:email" });

  const user = await getApi(emulators, "/user", access_token);
  const emails = await getApi(emulators, "/user/emails", access_token);

  expect(await user.json()).toMatchObject({ login: "octocat", email: null });
  expect(await emails.json()).toContainEqual({
    email: "octocat@example.com",
    primary: true,
    verified: true,
    visibility: "private",
  });
});

test("the scope user includes user:email", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators, { scope: "user", login: "mona" });

  const response = await getApi(emulators, "/user/emails", access_token);

  expect(await response.json()).toEqual([
    { email: "mona@example.com", primary: true, verified: false, visibility: null },
  ]);
});

test("without their scopes, e-mail addresses return 404 and organizations 403", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators, { scope: "repo read:user" });

  const emails = await getApi(emulators, "/user/emails", access_token);
  const organizations = await getApi(emulators, "/user/orgs", access_token);

  expect([emails.status, organizations.status]).toEqual([404, 403]);
  expect(emails.headers.get("x-accepted-oauth-scopes")).toBe("user:email, user");
});

test("organizations are listed with read:org or a scope that includes it", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators, { scope: "admin:org" });

  const response = await getApi(emulators, "/user/orgs", access_token);

  expect(await response.json()).toEqual([{ id: 9919, login: "octo-org" }]);
});

test("any account exists, with a stable id", async () => {
  const emulators = await start();
  const first = await install(emulators, { login: "org-17" });
  const second = await install(emulators, { login: "Org-17" });
  const other = await install(emulators, { login: "org-18" });

  const users = [];
  for (const { access_token } of [first, second, other]) {
    const response = await getApi(emulators, "/user", access_token);
    users.push(await response.json());
  }

  expect(users).toMatchObject([
    { login: "org-17", id: 270835778730268 },
    { login: "org-17", id: 270835778730268 },
    { login: "org-18", id: 98068601242612 },
  ]);
});

test("an app checks a token with its client id and secret", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 100 });
  const { access_token } = await install(emulators, { scope: "gist" });

  const known = await callAsApp(emulators, "POST", "token", { access_token });
  const unknown = await callAsApp(emulators, "POST", "token", { access_token: "gho_FAKE1" });
  const nothing = await callAsApp(emulators, "POST", "token", {});

  expect([known.status, unknown.status, nothing.status]).toEqual([200, 404, 422]);
  expect(await known.json()).toMatchObject({
    app: { client_id: "app-1", name: "Grantkeep" },
    user: { login: "octocat", id: 583231 },
    scopes: ["gist"],
    expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
});

test("advancing the clock moves the expiry closer in real time", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 28_800 });
  const { access_token } = await install(emulators);
  const before = await callAsApp(emulators, "POST", "token", { access_token });

  await emulators.control.letTimePass(3600);
  const after = await callAsApp(emulators, "POST", "token", { access_token });

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
  const emulators = await start();
  const { access_token } = await install(emulators);

  const response = await fetch(`${emulators.githubApiUrl}/applications/app-1/token`, {
    method: "DELETE",
    headers: authorization === undefined ? {} : { authorization },
    body: JSON.stringify({ access_token }),
  });

  expect(response.status).toBe(status);
  expect((await getApi(emulators, "/user", access_token)).status).toBe(200);
});

test("an app revokes one token and the others stay valid", async () => {
  const emulators = await start();
  const revoked = await install(emulators);
  const other = await install(emulators);

  const response = await callAsApp(emulators, "DELETE", "token", revoked);
  const again = await callAsApp(emulators, "DELETE", "token", revoked);

  expect([response.status, again.status]).toEqual([204, 422]);
  expect((await getApi(emulators, "/user", revoked.access_token)).status).toBe(401);
  expect((await getApi(emulators, "/user", other.access_token)).status).toBe(200);
});

test("an app revokes a grant with all tokens of its user only", async () => {
  const emulators = await start();
  const mine = await install(emulators);
  const mineToo = await install(emulators, { scope: "gist" });
  const others = await install(emulators, { login: "mona" });

  const response = await callAsApp(emulators, "DELETE", "grant", mine);

  expect(response.status).toBe(204);
  expect((await getApi(emulators, "/user", mineToo.access_token)).status).toBe(401);
  expect((await getApi(emulators, "/user", others.access_token)).status).toBe(200);
});

test("an unknown path returns GitHub's 404", async () => {
  const emulators = await start();

  const response = await getApi(emulators, "/nothing/octo-org", "gho_FAKE1");

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
