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

test("a status fault answers with its status, headers and body, instead of the platform", async () => {
  const platforms = await start();
  const code = await getCode(platforms);
  platforms.control.addFault({
    ...TOKEN_ENDPOINT,
    fault: {
      kind: "status",
      status: 429,
      headers: { "retry-after": "7" },
      body: { message: "no" },
    },
  });

  const response = await postTokenRequest(platforms, { code });
  const afterwards = await requestTokens(platforms, { code });

  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("7");
  expect(await response.json()).toEqual({ message: "no" });
  expect(afterwards).toHaveProperty("access_token");
});

test("a dropped connection leaves the code unspent", async () => {
  const platforms = await start();
  const code = await getCode(platforms);
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "drop" } });

  await expect(postTokenRequest(platforms, { code })).rejects.toThrow("fetch failed");

  expect(await requestTokens(platforms, { code })).toHaveProperty("access_token");
});

test("a lost reply leaves the code spent", async () => {
  const platforms = await start();
  const code = await getCode(platforms);
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "lose_reply" } });

  await expect(postTokenRequest(platforms, { code })).rejects.toThrow("fetch failed");

  expect(await requestTokens(platforms, { code })).toMatchObject({
    error: "bad_verification_code",
  });
});

test("a request that hangs gets no answer, and does not keep the server from closing", async () => {
  const platforms = await start();
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "hang" } });

  const refused = expect(postTokenRequest(platforms, {})).rejects.toThrow("fetch failed");
  await expect.poll(() => platforms.control.requests()).toHaveLength(1);
  await platforms.close();

  await refused;
  expect(platforms.control.requests()).toMatchObject([{ status: null }]);
});

test("a late answer comes after one that was asked for later", async () => {
  const platforms = await start();
  platforms.control.addFault({ ...TOKEN_ENDPOINT, milliseconds: 300 });

  const late = postTokenRequest(platforms, { code: "late" });
  await expect.poll(() => platforms.control.requests()).toHaveLength(1);
  await postTokenRequest(platforms, { code: "prompt" });

  expect(platforms.control.requests()).toMatchObject([{ status: null }, { status: 200 }]);
  expect((await late).status).toBe(200);
});

test("a redirect keeps method and body, for a client that follows it", async () => {
  const platforms = await start();
  const location = `${platforms.url}/elsewhere`;
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "redirect", location } });

  const response = await fetch(`${platforms.githubUrl}/login/oauth/access_token`, {
    method: "POST",
    redirect: "manual",
  });

  expect(response.status).toBe(307);
  expect(response.headers.get("location")).toBe(location);
});

test("truncated JSON comes with status 200 and cannot be parsed", async () => {
  const platforms = await start();
  const code = await getCode(platforms);
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "truncate" } });

  const response = await postTokenRequest(platforms, { code });

  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/^\{"access_token":"gho_[^}]*$/);
});

test("HTML comes with status 200", async () => {
  const platforms = await start();
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "html" } });

  const response = await postTokenRequest(platforms, {});

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(await response.text()).toContain("<!doctype html>");
});

test("a huge body is 300 MB of JSON, streamed", async () => {
  const platforms = await start();
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "huge" } });

  const response = await postTokenRequest(platforms, {});

  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.length;
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(bytes).toBe(300_000_000 + '{"access_token":""}'.length);
});

test("a client may hang up on a huge body", async () => {
  const platforms = await start();
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "huge" } });

  const response = await postTokenRequest(platforms, {});
  await response.body?.cancel();

  expect((await postTokenRequest(platforms, {})).status).toBe(200);
});

test("a dripping answer arrives whole in the end", async () => {
  const platforms = await start();
  const code = await getCode(platforms);
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: { kind: "drip", milliseconds: 1 } });

  const tokens = await requestTokens(platforms, { code });

  expect(tokens).toHaveProperty("access_token");
});

test("faults happen in the order in which they were added, each as often as it says", async () => {
  const platforms = await start();
  platforms.control.addFault({ ...TOKEN_ENDPOINT, times: 2, fault: unavailable(502) });
  platforms.control.addFault({ ...TOKEN_ENDPOINT, fault: unavailable(503) });

  const statuses = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await postTokenRequest(platforms, {})).status);
  }

  expect(statuses).toEqual([502, 502, 503, 200]);
});

test("a fault can go on until it is cleared", async () => {
  const platforms = await start();
  platforms.control.addFault({
    ...TOKEN_ENDPOINT,
    times: "until_cleared",
    fault: unavailable(503),
  });

  const first = await postTokenRequest(platforms, {});
  const second = await postTokenRequest(platforms, {});
  platforms.control.clearFaults();
  const third = await postTokenRequest(platforms, {});

  expect([first.status, second.status, third.status]).toEqual([503, 503, 200]);
});

test("a fault befalls its method and path only", async () => {
  const platforms = await start();
  const { access_token } = await install(platforms, { scope: "user" });
  const rule = { platform: "github", times: "until_cleared", fault: unavailable(503) } as const;
  platforms.control.addFault({ ...rule, method: "GET", path: "/api/user/*" });
  platforms.control.addFault({ ...rule, method: "POST", path: "/api/user" });

  const user = await getApi(platforms, "/user", access_token);
  const emails = await getApi(platforms, "/user/emails", access_token);
  const organizations = await getApi(platforms, "/user/orgs", access_token);

  expect([user.status, emails.status, organizations.status]).toEqual([200, 503, 503]);
});

function unavailable(status: number): v.InferInput<typeof Fault> {
  return { kind: "status", status };
}
