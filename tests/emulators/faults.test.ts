import type * as v from "valibot";
import { expect, test } from "vitest";
import type { Fault } from "../../emulators/faults.ts";
import {
  getApi,
  getCode,
  install,
  postTokenRequest,
  requestTokens,
  start,
} from "./emulated-github.ts";

const TOKEN_ENDPOINT = {
  platform: "github",
  method: "POST",
  path: "/login/oauth/access_token",
} as const;

test("a status fault replaces the response with its status, headers and body", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  emulators.control.addFault({
    ...TOKEN_ENDPOINT,
    fault: {
      kind: "status",
      status: 429,
      headers: { "retry-after": "7" },
      body: { message: "no" },
    },
  });

  const response = await postTokenRequest(emulators, { code });
  const afterwards = await requestTokens(emulators, { code });

  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("7");
  expect(await response.json()).toEqual({ message: "no" });
  expect(afterwards).toHaveProperty("access_token");
});

test("a dropped connection does not use the code up", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "drop" } });

  await expect(postTokenRequest(emulators, { code })).rejects.toThrow("fetch failed");

  expect(await requestTokens(emulators, { code })).toHaveProperty("access_token");
});

test("a lost reply uses the code up", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "lose_reply" } });

  await expect(postTokenRequest(emulators, { code })).rejects.toThrow("fetch failed");

  expect(await requestTokens(emulators, { code })).toMatchObject({
    error: "bad_verification_code",
  });
});

test("a late reply comes after the platform has handled the request", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  const fault = { kind: "late_reply", milliseconds: 1_500 } as const;
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault });
  const replies: string[] = [];

  const before = emulators.control.requests().length;
  const late = postTokenRequest(emulators, { code }).finally(() => replies.push("late"));
  await expect.poll(() => emulators.control.requests()).toHaveLength(before + 1);
  const second = await requestTokens(emulators, { code }).finally(() => replies.push("second"));

  expect(second).toMatchObject({ error: "bad_verification_code" });
  expect(await (await late).json()).toHaveProperty("access_token");
  expect(replies).toEqual(["second", "late"]);
});

test("a hanging request gets no response and does not prevent the server from closing", async () => {
  const emulators = await start();
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "hang" } });

  const refused = expect(postTokenRequest(emulators, {})).rejects.toThrow("fetch failed");
  await expect.poll(() => emulators.control.requests()).toHaveLength(1);
  await emulators.close();

  await refused;
  expect(emulators.control.requests()).toMatchObject([{ status: null }]);
});

test("a delayed response comes after that of a later request", async () => {
  const emulators = await start();
  emulators.control.addFault({ ...TOKEN_ENDPOINT, milliseconds: 300 });

  const late = postTokenRequest(emulators, { code: "late" });
  await expect.poll(() => emulators.control.requests()).toHaveLength(1);
  await postTokenRequest(emulators, { code: "prompt" });

  expect(emulators.control.requests()).toMatchObject([{ status: null }, { status: 200 }]);
  expect((await late).status).toBe(200);
});

test("a redirect has the status 307, which keeps method and body", async () => {
  const emulators = await start();
  const location = `${emulators.url}/elsewhere`;
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "redirect", location } });

  const response = await fetch(`${emulators.githubUrl}/login/oauth/access_token`, {
    method: "POST",
    redirect: "manual",
  });

  expect(response.status).toBe(307);
  expect(response.headers.get("location")).toBe(location);
});

test("truncated JSON has the status 200 and cannot be parsed", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "truncate" } });

  const response = await postTokenRequest(emulators, { code });

  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/^\{"access_token":"gho_[^}]*$/);
});

test("HTML has the status 200", async () => {
  const emulators = await start();
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "html" } });

  const response = await postTokenRequest(emulators, {});

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(await response.text()).toContain("<!doctype html>");
});

test("a huge body is 300 MB of JSON, streamed", async () => {
  const emulators = await start();
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "huge" } });

  const response = await postTokenRequest(emulators, {});

  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.length;
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(bytes).toBe(300_000_000 + '{"access_token":""}'.length);
});

test("a client can close the connection during a huge body", async () => {
  const emulators = await start();
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "huge" } });

  const response = await postTokenRequest(emulators, {});
  await response.body?.cancel();

  expect((await postTokenRequest(emulators, {})).status).toBe(200);
});

test("a dripping response arrives completely", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "drip", milliseconds: 1 } });

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toHaveProperty("access_token");
});

test("faults apply in the order in which they were added, each as often as specified", async () => {
  const emulators = await start();
  emulators.control.addFault({ ...TOKEN_ENDPOINT, times: 2, fault: unavailable(502) });
  emulators.control.addFault({ ...TOKEN_ENDPOINT, fault: unavailable(503) });

  const statuses = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await postTokenRequest(emulators, {})).status);
  }

  expect(statuses).toEqual([502, 502, 503, 200]);
});

test("a fault can apply until it is cleared", async () => {
  const emulators = await start();
  emulators.control.addFault({
    ...TOKEN_ENDPOINT,
    times: "until_cleared",
    fault: unavailable(503),
  });

  const first = await postTokenRequest(emulators, {});
  const second = await postTokenRequest(emulators, {});
  emulators.control.clearFaults();
  const third = await postTokenRequest(emulators, {});

  expect([first.status, second.status, third.status]).toEqual([503, 503, 200]);
});

test("a fault applies to its method and path only", async () => {
  const emulators = await start();
  const { access_token } = await install(emulators, { scope: "user" });
  const rule = { platform: "github", times: "until_cleared", fault: unavailable(503) } as const;
  emulators.control.addFault({ ...rule, method: "GET", path: "/api/user/*" });
  emulators.control.addFault({ ...rule, method: "POST", path: "/api/user" });

  const user = await getApi(emulators, "/user", access_token);
  const emails = await getApi(emulators, "/user/emails", access_token);
  const organizations = await getApi(emulators, "/user/orgs", access_token);

  expect([user.status, emails.status, organizations.status]).toEqual([200, 503, 503]);
});

function unavailable(status: number): v.InferInput<typeof Fault> {
  return { kind: "status", status };
}
