import { expect, test } from "vitest";
import { locationOf, openSession } from "../support/browser-session.ts";
import { callApi, REDIRECT_URI, startTestStack } from "../support/stack.ts";
import { answerOf, expectGatewayRefusal, expectRefusal, expectRefused } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { sendRaw } from "./raw-request.ts";
import { BAD_REDIRECT_URIS } from "./redirect-uris.ts";

const stack = await startTestStack();
const AUTHORIZE = `${stack.url}/oauth/github/authorize`;
const { hold, plant } = await createConventions(stack, async () => (await start()).status === 302);

function start(query = "", headers: Record<string, string> = {}): Promise<Response> {
  return fetch(AUTHORIZE + query, { headers, redirect: "manual" });
}

test.each(BAD_REDIRECT_URIS)("%s", async (_name, redirectUri) => {
  const url = `${AUTHORIZE}?redirect_uri=${encodeURIComponent(redirectUri)}`;
  const refusal = { status: 400, code: "invalid_redirect_uri", input: redirectUri };
  plant("redirect_uri", redirectUri);

  await hold(() => expectRefused(url, {}, refusal));
});

test.each(BAD_REDIRECT_URIS)("%s, in an install link", async (_name, redirectUri) => {
  const body = { platform: "github", redirect_uri: redirectUri };

  const answer = await hold(async () =>
    answerOf(await callApi(stack, "POST", "/install-links", body)),
  );

  expectRefusal(answer, { status: 400, code: "invalid_redirect_uri", input: redirectUri });
});

test("AU-066 a redirect that is not UTF-8 is refused", async () => {
  const refusal = { status: 400, code: "invalid_redirect_uri", input: "%FF%FE" };

  await hold(() => expectRefused(`${AUTHORIZE}?redirect_uri=%FF%FE`, {}, refusal));
});

test.each([
  [
    "AU-004 a repeated redirect is refused, though its first value is good",
    `?redirect_uri=${REDIRECT_URI}&redirect_uri=https://evil.com`,
  ],
  ["AU-007 a redirect in brackets is refused", `?redirect_uri[]=${REDIRECT_URI}`],
  ["AU-008 a redirect under a name in upper case is refused", `?REDIRECT_URI=${REDIRECT_URI}`],
  ["AU-079 a state from the client is refused", "?state=attacker-state"],
  ["AU-080 a client id from the client is refused", "?client_id=attacker-client"],
  ["AU-080 a scope from the client is refused", "?scope=admin:org"],
  ["AU-080 a response type from the client is refused", "?response_type=token-attacker"],
  ["AU-079 a repeated state is refused too", "?state=a&state=b"],
  ["AU-083 two thousand parameters are refused", `?${"a=&".repeat(2_000)}`],
  ["AU-083 two thousand different parameters are refused", `?${numbered(1_000)}`],
])("%s", async (_name, query) => {
  const refusal = { status: 400, code: "invalid_request", input: query };
  plant("query", query);

  await hold(() => expectRefused(AUTHORIZE + query, {}, refusal));
});

test.each([
  [
    "AU-082 names that reach for prototypes are ignored",
    "?__proto__[x]=1&constructor[prototype][y]=1",
  ],
  [
    "AU-082 the names of the prototype and the constructor are ignored",
    "?__proto__=1&constructor=1",
  ],
  [
    "control: parameters of newsletters and advertisements are ignored",
    "?utm_source=x&fbclid=y&fbclid=z",
  ],
])("%s", async (_name, query) => {
  const answer = await hold(async () => answerOf(await start(query)));

  expect(answer.status).toBe(302);
  expect({}).not.toHaveProperty("x");
  expect({}).not.toHaveProperty("y");
});

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `p${index}=`).join("&");
}

test.each([
  ["AU-083 five thousand parameters do not reach a handler", numbered(5_000)],
  ["AU-071 a query of 1 MB does not reach a handler", `redirect_uri=${"a".repeat(1_000_000)}`],
])("%s", async (_name, query) => {
  const written = stack.output();

  await hold(async () => {
    // The gateway may close before it has read so much: then there is no answer to read.
    const status = await start(`?${query}`).then(
      (reply) => reply.status,
      () => 431,
    );

    expect(status).toBe(431);
    expect(stack.output()).toBe(written);
  });
});

test.each([
  ["AU-072 an unknown platform is not found", "gitlab"],
  ["AU-073 a platform in another case is not found", "GitHub"],
])("%s", async (_name, platform) => {
  const refusal = { status: 404, code: "unknown_platform", input: platform };

  await hold(() => expectRefused(`${stack.url}/oauth/${platform}/authorize`, {}, refusal));
});

test.each(["POST", "PUT", "DELETE"])("AU-077 %s starts nothing", async (method) => {
  const answer = await hold(async () => answerOf(await fetch(AUTHORIZE, { method })));

  expectGatewayRefusal(answer, 404);
});

test.each([
  ["AU-084 a forwarded host does not change the callback", { "x-forwarded-host": "evil.com" }],
  ["AU-084 a forwarded header does not change the callback", { forwarded: "host=evil.com" }],
])("%s", async (_name, headers) => {
  const answer = await hold(async () => answerOf(await start("", headers)));

  const location = new URL(answer.headers.get("location") ?? "");
  expect(answer.status).toBe(302);
  expect(location.searchParams.get("redirect_uri")).toBe(`${stack.url}/oauth/github/callback`);
});

test("AU-084 another host is sent to the configured one", async () => {
  const reply = await hold(() => sendRaw(AUTHORIZE, { headers: { host: "evil.com" } }));

  expect(locationOf(reply)).toBe(AUTHORIZE);
});

test("AU-086 of fifty stale flow cookies three are kept, and the others expire", async () => {
  const names = Array.from(
    { length: 50 },
    (_, index) => `__Host-grantkeep-${index.toString(16).padStart(8, "0")}`,
  );
  const cookie = names.map((name) => `${name}=v1.k1.${"A".repeat(140)}`).join("; ");

  const answer = await hold(async () => answerOf(await start("", { cookie })));

  const set = answer.headers.getSetCookie();
  const expired = set.filter((header) => header.includes("Max-Age=0"));
  expect(answer.status).toBe(302);
  expect(expired).toHaveLength(47);
  expect(set).toHaveLength(48);
});

test("AU-086 a browser that starts six flows keeps the cookies of the last four", async () => {
  const session = openSession();
  const kept: string[] = [];

  await hold(async () => {
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      await session.get(AUTHORIZE);
      kept.push(...[...session.cookies.keys()].filter((name) => !kept.includes(name)));
    }
  });

  // Flows that start in the same second are equally old: which of them goes is left open.
  expect(session.cookies.size).toBe(4);
  expect(session.cookies.has(kept.at(-1) ?? "")).toBe(true);
});

test("AU-088 a prefetch stores nothing", async () => {
  const answer = await hold(async () => answerOf(await start("", { "sec-purpose": "prefetch" })));

  expect(answer.status).toBe(302);
});

test("AU-001 control: without a redirect a flow starts, bound to the browser by a cookie", async () => {
  const answer = await hold(async () => answerOf(await start()));

  const location = new URL(answer.headers.get("location") ?? "");
  const [cookie = "", ...others] = answer.headers.getSetCookie();
  plant("state", location.searchParams.get("state") ?? "");
  expect(answer.status).toBe(302);
  expect(location.origin + location.pathname).toBe(
    `${stack.platforms.githubUrl}/login/oauth/authorize`,
  );
  expect(Object.fromEntries(location.searchParams)).toEqual({
    client_id: "local-github",
    redirect_uri: `${stack.url}/oauth/github/callback`,
    scope: "repo read:org read:user",
    state: expect.stringMatching(/^v1\.[a-z0-9-]+\.[\w-]+$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
  expect(others).toEqual([]);
  expect(cookie).toMatch(
    /^__Host-grantkeep-[0-9a-f]{8}=v1\.[\w.-]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
  );
});

test("control: the redirect on the allow-list starts a flow", async () => {
  const query = `?redirect_uri=${encodeURIComponent(REDIRECT_URI)}`;

  const answer = await hold(async () => answerOf(await start(query)));

  expect(answer.status).toBe(302);
});

test("control: every answer of a handler is in the output that is searched for secrets", async () => {
  const answer = await answerOf(await start("?state=x", { accept: "application/json" }));

  expect(stack.output()).toContain(JSON.parse(answer.text).request_id);
});
