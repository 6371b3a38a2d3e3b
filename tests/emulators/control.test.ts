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

test("POST /time advances the clock and calls onTimePassed", async () => {
  const passed: number[] = [];
  const onTimePassed = async (seconds: number) => {
    passed.push(seconds);
  };
  const emulators = await start({ tokenLifetimeSeconds: 100 }, { onTimePassed });
  const { access_token } = await install(emulators);

  const first = await control(emulators, "POST", "/time", { seconds: 60 });
  const second = await control(emulators, "POST", "/time", { seconds: 60 });

  expect(await first.json()).toEqual({ passed_seconds: 60 });
  expect(await second.json()).toEqual({ passed_seconds: 120 });
  expect(passed).toEqual([60, 60]);
  expect((await getApi(emulators, "/user", access_token)).status).toBe(401);
});

test("the clock is not advanced if onTimePassed fails", async () => {
  const onTimePassed = () => Promise.reject(new Error("no database"));
  const emulators = await start({ tokenLifetimeSeconds: 100 }, { onTimePassed });
  const { access_token } = await install(emulators);

  const response = await control(emulators, "POST", "/time", { seconds: 120 });

  expect(response.status).toBe(500);
  expect(await response.text()).toContain("no database");
  expect((await getApi(emulators, "/user", access_token)).status).toBe(200);
});

test("faults are added and cleared over HTTP", async () => {
  const emulators = await start();
  const path = "/login/oauth/access_token";
  const fault = { kind: "status", status: 503 };
  const rule = { platform: "github", method: "POST", path, times: "until_cleared", fault };

  const added = await control(emulators, "POST", "/faults", rule);
  const during = await fetch(`${emulators.githubUrl}${path}`, { method: "POST" });
  const cleared = await control(emulators, "DELETE", "/faults");
  const after = await fetch(`${emulators.githubUrl}${path}`, { method: "POST" });

  expect([added.status, cleared.status]).toEqual([204, 204]);
  expect([during.status, after.status]).toEqual([503, 404]);
});

test("requests are listed with method, path and status, and without secrets", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators);
  await getApi(emulators, "/user?access_token=gho_FAKE1", access_token);
  emulators.control.addFault({ platform: "github", fault: { kind: "drop" } });
  await getApi(emulators, "/user", access_token).catch(() => undefined);

  const response = await control(emulators, "GET", "/requests");

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
  expect(emulators.control.requests()).toHaveLength(5);
});

test("POST /revoke revokes all tokens of one user only", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 100 });
  const first = await install(emulators);
  await install(emulators, { scope: "gist" });
  const other = await install(emulators, { login: "mona" });

  const response = await control(emulators, "POST", "/revoke", {
    platform: "github",
    login: "Octocat",
  });

  const { refresh_token } = first;
  const refreshed = await requestTokens(emulators, { grant_type: "refresh_token", refresh_token });
  expect(await response.json()).toEqual({ revoked: 2 });
  expect(refreshed).toMatchObject({ error: "bad_refresh_token" });
  expect((await getApi(emulators, "/user", first.access_token)).status).toBe(401);
  expect((await getApi(emulators, "/user", other.access_token)).status).toBe(200);
});

test("a reset deletes tokens, codes, consents, faults and requests and resets the clock", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators);
  const code = await getCode(emulators);
  const request = await openConsent(emulators);
  emulators.control.addFault({ platform: "github", fault: { kind: "drop" } });
  await emulators.control.letTimePass(60);

  const response = await control(emulators, "POST", "/reset");

  expect(response.status).toBe(204);
  expect(emulators.control.requests()).toEqual([]);
  expect(emulators.control.passedSeconds()).toBe(0);
  expect((await getApi(emulators, "/user", access_token)).status).toBe(401);
  expect((await postConsent(emulators, { request })).status).toBe(400);
  expect(await requestTokens(emulators, { code })).toMatchObject({
    error: "bad_verification_code",
  });
});

test("GET /_control lists the actions", async () => {
  const emulators = await start();

  const response = await control(emulators, "GET", "");

  expect(response.headers.get("content-type")).toContain("text/plain");
  expect(await response.text()).toContain("POST   /_control/time");
});

test.each([
  ["time that runs backwards", "/time", { seconds: -1 }],
  ["time that is not a number", "/time", { seconds: "60" }],
  ["a field that does not exist", "/time", { seconds: 60, minutes: 1 }],
  ["a platform that does not exist", "/revoke", { platform: "gitlab", login: "octocat" }],
  ["a fault that does not exist", "/faults", { platform: "github", fault: { kind: "melt" } }],
  ["a fault without times", "/faults", { platform: "github", times: 0 }],
])("%s is refused", async (_, path, body) => {
  const emulators = await start();

  const response = await control(emulators, "POST", path, body);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: "invalid_request" });
});

test("a body that is not JSON is refused", async () => {
  const { url } = await start();

  const response = await fetch(`${url}/_control/time`, { method: "POST", body: "{" });

  expect(response.status).toBe(400);
});

test("web pages cannot use the control API", async () => {
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

/** Calls the control API with the content type that `curl -d` sends. */
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
