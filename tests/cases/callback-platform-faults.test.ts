import { afterEach, expect, test } from "vitest";
import { installAs } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";
import { type Answer, answerOf, expectErrorRedirect } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { startEvilServer } from "./evil-server.ts";
import { createFlows } from "./flow.ts";

const EXCHANGE = "POST /login/oauth/access_token";
const USER = "GET /api/user";
const EMAILS = "GET /api/user/emails";

const stack = await startTestStack();
const { control } = stack.platforms;
const { hold, plant } = await createConventions(stack, async () => (await installAs(stack)).ok);
const flows = await createFlows(stack, plant);
const evil = await startEvilServer();

type Fault = NonNullable<Parameters<typeof control.addFault>[0]["fault"]>;

afterEach(() => control.clearFaults());

/** Finishes a flow while a request of the platform fails, which happens once: a second try would work. */
async function finish(
  path: string,
  fault: Fault,
  asks: string[],
  withinMs = 2_000,
): Promise<Answer> {
  const flow = await flows.start();
  control.addFault({ platform: "github", path, fault });
  return hold(async () => answerOf(await flow.session.get(flow.callback)), {
    changes: ["consumed_states"],
    asks,
    withinMs,
  });
}

const REDIRECT: Fault = { kind: "redirect", location: `${evil.url}/login/oauth/access_token` };
const LIMIT = { "retry-after": "60" };
const SECRET_PAGE = '{"access_token":"gho_SECRETSECRETSECRET\\u0000"}';
plant("access token", "gho_SECRETSECRETSECRET");

test.each<[string, Fault, string]>([
  ["CB-079 a 500", { kind: "status", status: 500 }, "provider_unavailable"],
  ["CB-080 a 429", { kind: "status", status: 429, headers: LIMIT }, "provider_rate_limited"],
  ["CB-082 a page with 200", { kind: "html" }, "provider_error"],
  [
    "CB-082 a token with a NUL",
    { kind: "status", status: 200, body: SECRET_PAGE },
    "provider_error",
  ],
  ["CB-082 no token at all", { kind: "status", status: 200, body: {} }, "provider_error"],
  ["CB-083 JSON that is cut off", { kind: "truncate" }, "provider_error"],
  ["CB-083 a connection that is cut off", { kind: "drop" }, "provider_unavailable"],
  ["CB-086 a redirect to another host", REDIRECT, "provider_error"],
])("%s from the token endpoint ends the flow, without another try", async (_name, fault, code) => {
  const answer = await finish("/login/oauth/access_token", fault, [EXCHANGE]);

  expectErrorRedirect(answer, code);
  expect(evil.requests()).toBe(0);
});

test.each<[string, Fault, string]>([
  ["CB-079 a 500", { kind: "status", status: 500 }, "provider_unavailable"],
  ["CB-080 a 429", { kind: "status", status: 429, headers: LIMIT }, "provider_rate_limited"],
  [
    "CB-080 a 403 for the rate",
    { kind: "status", status: 403, headers: LIMIT },
    "provider_rate_limited",
  ],
  ["CB-082 a page with 200", { kind: "html" }, "provider_error"],
  ["CB-082 a user without an id", { kind: "status", status: 200, body: {} }, "provider_error"],
  ["CB-083 JSON that is cut off", { kind: "truncate" }, "provider_error"],
  ["CB-086 a redirect to another host", REDIRECT, "provider_error"],
])("%s from the user endpoint stores nothing", async (_name, fault, code) => {
  const answer = await finish("/api/user", fault, [EXCHANGE, USER]);

  expectErrorRedirect(answer, code);
  expect(evil.requests()).toBe(0);
});

test.each<[string, Fault, string]>([
  ["CB-079 a 500", { kind: "status", status: 500 }, "provider_unavailable"],
  ["CB-086 a redirect to another host", REDIRECT, "provider_error"],
])("%s from the e-mail endpoint stores nothing", async (_name, fault, code) => {
  const answer = await finish("/api/user/emails", fault, [EXCHANGE, USER, EMAILS]);

  expectErrorRedirect(answer, code);
  expect(evil.requests()).toBe(0);
});

test("CB-081 a token endpoint that never answers is given up after six seconds", async () => {
  const answer = await finish("/login/oauth/access_token", { kind: "hang" }, [EXCHANGE], 8_000);

  expectErrorRedirect(answer, "provider_unavailable");
});

test("F-34 of 300 MB from the token endpoint no more than 256 KB are kept", async () => {
  const memoryBefore = process.memoryUsage().rss;

  const answer = await finish("/login/oauth/access_token", { kind: "huge" }, [EXCHANGE]);

  const megabytes = (process.memoryUsage().rss - memoryBefore) / 1_000_000;
  expectErrorRedirect(answer, "provider_error");
  expect(megabytes).toBeLessThan(100);
});
