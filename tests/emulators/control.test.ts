import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import {
  getApi,
  getCode,
  install,
  openConsent,
  postConsent,
  requestTokens,
  start,
} from "./emulated-github.ts";

test("time passes for the platforms and for whoever follows them", async () => {
  const followed: number[] = [];
  const onTimePassed = async (seconds: number) => {
    followed.push(seconds);
  };
  const platforms = await start({ tokenLifetimeSeconds: 100 }, { onTimePassed });
  const { access_token } = await install(platforms);

  const first = await control(platforms, "POST", "/time", { seconds: 60 });
  const second = await control(platforms, "POST", "/time", { seconds: 60 });

  expect(await first.json()).toEqual({ passed_seconds: 60 });
  expect(await second.json()).toEqual({ passed_seconds: 120 });
  expect(followed).toEqual([60, 60]);
  expect((await getApi(platforms, "/user", access_token)).status).toBe(401);
});

test("time does not pass for the platforms if it cannot for their followers", async () => {
  const onTimePassed = () => Promise.reject(new Error("no database"));
  const platforms = await start({ tokenLifetimeSeconds: 100 }, { onTimePassed });
  const { access_token } = await install(platforms);

  const response = await control(platforms, "POST", "/time", { seconds: 120 });

  expect(response.status).toBe(500);
  expect(await response.text()).toContain("no database");
  expect((await getApi(platforms, "/user", access_token)).status).toBe(200);
});

test("faults are added and cleared over HTTP", async () => {
  const platforms = await start();
  const path = "/login/oauth/access_token";
  const fault = { kind: "status", status: 503 };
  const rule = { platform: "github", method: "POST", path, times: "until_cleared", fault };

  const added = await control(platforms, "POST", "/faults", rule);
  const during = await fetch(`${platforms.githubUrl}${path}`, { method: "POST" });
  const cleared = await control(platforms, "DELETE", "/faults");
  const after = await fetch(`${platforms.githubUrl}${path}`, { method: "POST" });

  expect([added.status, cleared.status]).toEqual([204, 204]);
  expect([during.status, after.status]).toEqual([503, 404]);
});

test("requests are listed with method, path and status, and nothing that is secret", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms);
  await getApi(platforms, "/user?access_token=gho_FAKE1", access_token);
  platforms.control.addFault({ platform: "github", fault: { kind: "drop" } });
  await getApi(platforms, "/user", access_token).catch(() => undefined);

  const response = await control(platforms, "GET", "/requests");

  const platform = "github";
  expect(await response.json()).toEqual({
    requests: [
      { platform, method: "GET", path: "/login/oauth/authorize", status: 200 },
      { platform, method: "POST", path: "/login/oauth/authorize", status: 302 },
      { platform, method: "POST", path: "/login/oauth/access_token", status: 200 },
      { platform, method: "GET", path: "/api/user", status: 200 },
      { platform, method: "GET", path: "/api/user", status: null },
    ],
  });
  expect(platforms.control.requests()).toHaveLength(5);
});

test("a user who removes the app ends all its tokens, and nobody else's", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 100 });
  const first = await install(platforms);
  await install(platforms, { scope: "gist" });
  const hers = await install(platforms, { login: "mona" });

  const response = await control(platforms, "POST", "/revoke", {
    platform: "github",
    login: "Octocat",
  });

  const { refresh_token } = first;
  const refreshed = await requestTokens(platforms, { grant_type: "refresh_token", refresh_token });
  expect(await response.json()).toEqual({ revoked: 2 });
  expect(refreshed).toMatchObject({ error: "bad_refresh_token" });
  expect((await getApi(platforms, "/user", first.access_token)).status).toBe(401);
  expect((await getApi(platforms, "/user", hers.access_token)).status).toBe(200);
});

test("a reset forgets tokens, codes, consents, faults, requests and passed time", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms);
  const code = await getCode(platforms);
  const request = await openConsent(platforms);
  platforms.control.addFault({ platform: "github", fault: { kind: "drop" } });
  await platforms.control.letTimePass(60);

  const response = await control(platforms, "POST", "/reset");

  expect(response.status).toBe(204);
  expect(platforms.control.requests()).toEqual([]);
  expect(platforms.control.passedSeconds()).toBe(0);
  expect((await getApi(platforms, "/user", access_token)).status).toBe(401);
  expect((await postConsent(platforms, { request })).status).toBe(400);
  expect(await requestTokens(platforms, { code })).toMatchObject({
    error: "bad_verification_code",
  });
});

test("GET /_control says what there is", async () => {
  const platforms = await start();

  const response = await control(platforms, "GET", "");

  expect(response.headers.get("content-type")).toContain("text/plain");
  expect(await response.text()).toContain("POST   /_control/time");
});

test.each([
  ["time that runs backwards", "/time", { seconds: -1 }],
  ["time that is no number", "/time", { seconds: "60" }],
  ["a field that does not exist", "/time", { seconds: 60, minutes: 1 }],
  ["a platform that does not exist", "/revoke", { platform: "gitlab", login: "octocat" }],
  ["a fault that does not exist", "/faults", { platform: "github", fault: { kind: "melt" } }],
  ["a fault that never happens", "/faults", { platform: "github", times: 0 }],
])("%s is refused", async (_, path, body) => {
  const platforms = await start();

  const response = await control(platforms, "POST", path, body);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: "invalid_request" });
});

test("a body that is no JSON is refused", async () => {
  const { url } = await start();

  const response = await fetch(`${url}/_control/time`, { method: "POST", body: "{" });

  expect(response.status).toBe(400);
});

test("a web page cannot use the control API", async () => {
  const { url, control } = await start();

  const response = await fetch(`${url}/_control/time`, {
    method: "POST",
    headers: { origin: "https://evil.example" },
    body: JSON.stringify({ seconds: 60 }),
  });

  expect(response.status).toBe(403);
  expect(control.passedSeconds()).toBe(0);
});

test.each(["/_control/nothing", "/gitlab/login", "/"])("%s is not found", async (path) => {
  const { url } = await start();

  const response = await fetch(`${url}${path}`);

  expect(response.status).toBe(404);
});

/** Calls the control API as `curl` does, which calls JSON a form. */
function control(
  { url }: Emulators,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<Response> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return fetch(`${url}/_control${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
}
