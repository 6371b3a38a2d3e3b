import { afterEach, expect, test } from "vitest";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { loadHandler } from "../../local/handlers.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { createConventions } from "./assertions.ts";
import { startEvilServer } from "./evil-server.ts";
import { importInstallation } from "./imported.ts";
import { installOn, LIFETIME_SECONDS } from "./installed.ts";
import { createInvoker, expectFailure, type FunctionAnswer } from "./invocations.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { control } = stack.platforms;
control.github.holdDeliveries();
const evil = await startEvilServer();
const invoke = createInvoker(stack);
const GOOD = { platform: "slack", organization_id: "T0GOOD" };
await importInstallation(stack, { ...GOOD, access_token: "xoxb-GOODGOODGOOD" });

const { hold, plant } = await createConventions(
  stack,
  async () => !(await invoke("token-lookup", GOOD)).failed,
);

afterEach(() => control.clearFaults());

type Platform = keyof typeof LIFETIME_SECONDS;
type Fault = NonNullable<Parameters<typeof control.addFault>[0]["fault"]>;

const TOKEN_PATHS = {
  github: "/api/app/installations/*/access_tokens",
  slack: "/api/oauth.v2.access",
  jira: "/oauth/token",
};
const ASK = { slack: "POST /api/oauth.v2.access", jira: "POST /oauth/token" };
const lookUp = (id: string) => invoke("token-lookup", { installation_id: id });
const tokenIn = ({ payload }: FunctionAnswer) => Object(JSON.parse(payload)).access_token;

let count = 0;

/** An installation whose token has so many seconds left, and the token. */
async function installWith(platform: Platform, secondsLeft: number) {
  count += 1;
  const id = await installOn(stack, platform, `case${count}`);
  const token = tokenIn(await lookUp(id));
  await control.letTimePass(LIFETIME_SECONDS[platform] - secondsLeft);
  return { id, token };
}

const installExpired = (platform: Platform) => installWith(platform, -60);

function letFail(platform: Platform, fault: Fault, times: number | "until_cleared" = 1): void {
  control.addFault({ platform, method: "POST", path: TOKEN_PATHS[platform], fault, times });
}

/** A response that the platform returns without performing the request, once by default. */
function answerWith(platform: Platform, status: number, body: object, times = 1): void {
  letFail(platform, { kind: "status", status, body: JSON.stringify(body) }, times);
}

async function mintOf(id: string): Promise<string> {
  const [row] = await sql<[{ provider: string }]>`
    select provider_installation_id as provider from installations where id = ${id}
  `;
  return `POST /api/app/installations/${row.provider}/access_tokens`;
}

const askOf = async (platform: Platform, id: string) =>
  platform === "github" ? mintOf(id) : ASK[platform];

async function stateOf(id: string) {
  const [row] = await sql`
    select is_active, inactive_reason, last_refresh_error as error from installations where id = ${id}
  `;
  return row;
}

const UNTOUCHED = { is_active: true, inactive_reason: null };
const ENDED = { is_active: false, inactive_reason: "reauthorization_required" };

/**
 * A refresh that fails for now: its code is returned and stored, no request follows during the cool-down, and the
 * grant does not end. After an unknown outcome, there are two requests.
 */
async function expectTemporary(platform: Platform, id: string, code: string, requests: 1 | 2) {
  const asks = Array(requests).fill(await askOf(platform, id));
  const first = await hold(() => lookUp(id), { changes: ["installations"], asks });
  const second = await hold(() => lookUp(id));

  for (const answer of [first, second]) expectFailure(answer, code);
  expect(await stateOf(id)).toEqual({ ...UNTOUCHED, error: code });
}

test.each(["github", "slack", "jira"] as const)(
  "LK-072 trouble at %s, with four minutes of life left, costs nothing: the old token is answered",
  async (platform) => {
    const { id, token } = await installWith(platform, 240);
    letFail(platform, { kind: "status", status: 500 }, "until_cleared");
    const ask = await askOf(platform, id);
    // Two refreshes may have ended a token of Slack, which confirms it.
    const asks = [ask, ask, ...(platform === "slack" ? ["POST /api/auth.test"] : [])];

    const first = await hold(() => lookUp(id), { changes: ["installations"], asks });
    const second = await hold(() => lookUp(id));

    for (const answer of [first, second]) expect(tokenIn(answer)).toBe(token);
    expect(await stateOf(id)).toEqual({ ...UNTOUCHED, error: "provider_unavailable" });
  },
);

test.each(["github", "slack", "jira"] as const)(
  "LK-072 trouble at %s, with less than a minute of life left, is no token",
  async (platform) => {
    const { id } = await installWith(platform, 50);
    letFail(platform, { kind: "status", status: 500 }, 2);

    await expectTemporary(platform, id, "provider_unavailable", 2);
  },
);

test.each<[Platform, string, Fault, string, 1 | 2]>([
  ["github", "LK-073 a 500", { kind: "status", status: 500 }, "provider_unavailable", 2],
  ["slack", "LK-073 a 500", { kind: "status", status: 500 }, "provider_unavailable", 2],
  ["jira", "LK-073 a 500", { kind: "status", status: 500 }, "provider_unavailable", 2],
  ["slack", "LK-073 a connection that is cut", { kind: "drop" }, "provider_unavailable", 2],
  ["slack", "LK-071 a 429", { kind: "status", status: 429 }, "provider_rate_limited", 1],
  ["jira", "LK-071 a 429", { kind: "status", status: 429 }, "provider_rate_limited", 1],
  ["jira", "LK-081 a page with 200", { kind: "html" }, "provider_error", 2],
  ["github", "LK-083 a redirect", redirect(), "provider_error", 1],
  ["slack", "LK-083 a redirect", redirect(), "provider_error", 1],
  ["jira", "LK-083 a redirect", redirect(), "provider_error", 1],
])("%s: %s ends no grant", async (platform, _name, fault, code, requests) => {
  const { id } = await installExpired(platform);
  letFail(platform, fault, requests);

  await expectTemporary(platform, id, code, requests);
  expect(evil.requests()).toBe(0);
});

test.each(["github", "slack", "jira"] as const)(
  "LK-073 D8 one 502 from %s costs an expired token nothing: the same lookup returns a new one",
  async (platform) => {
    const { id, token } = await installExpired(platform);
    letFail(platform, { kind: "status", status: 502 });
    const ask = await askOf(platform, id);

    const answer = await hold(() => lookUp(id), { changes: ["installations"], asks: [ask, ask] });

    expect(tokenIn(answer)).toEqual(expect.any(String));
    expect(tokenIn(answer)).not.toBe(token);
    expect(await stateOf(id)).toEqual({ ...UNTOUCHED, error: null });
  },
);

function redirect(): Fault {
  return { kind: "redirect", location: `${evil.url}/steal` };
}

test.each([
  ["LK-077 a refresh token that is no good", "invalid_refresh_token"],
  ["LK-077 a token that was revoked", "token_revoked"],
])("%s ends the grant at Slack, with one call", async (_name, error) => {
  const { id } = await installExpired("slack");
  answerWith("slack", 200, { ok: false, error });

  const first = await hold(() => lookUp(id), { changes: ["installations"], asks: [ASK.slack] });
  const second = await hold(() => lookUp(id));

  for (const answer of [first, second]) expectFailure(answer, "reauthorization_required");
  expect(await stateOf(id)).toEqual({ ...ENDED, error });
});

const DEAD = { error: "invalid_grant", error_description: "Unknown or invalid refresh token." };
const BOTH = [ASK.jira, ASK.jira];

/** An installation whose refresh token was rotated just now, and whose access token is old. */
async function installRotated(): Promise<string> {
  const { id } = await installExpired("jira");
  await lookUp(id);
  await sql`update installations set token_expires_at = now() where id = ${id}`;
  return id;
}

test("LK-078 in the leeway, the refresh token from before is tried once", async () => {
  const id = await installRotated();
  letFail("jira", { kind: "status", status: 403, body: DEAD }, "until_cleared");

  const answer = await hold(() => lookUp(id), { changes: ["installations"], asks: BOTH });

  expectFailure(answer, "reauthorization_required");
  expect(await stateOf(id)).toEqual({ ...ENDED, error: "invalid_grant" });
});

test("LK-078 in the leeway, the refresh token from before saves the grant", async () => {
  const id = await installRotated();
  answerWith("jira", 403, DEAD);

  const answer = await hold(() => lookUp(id), { changes: ["installations"], asks: BOTH });

  expect(answer.failed).toBe(false);
  expect(await stateOf(id)).toEqual({ ...UNTOUCHED, error: null });
});

test.each([
  ["LK-078 the documented error", DEAD],
  [
    "LK-078 the error that is seen",
    { error: "unauthorized_client", error_description: "refresh_token is invalid" },
  ],
])("%s after the leeway ends the grant at Jira, with one call", async (_name, body) => {
  const id = await installRotated();
  await control.letTimePass(601);
  answerWith("jira", 403, body);

  const first = await hold(() => lookUp(id), { changes: ["installations"], asks: [ASK.jira] });
  const second = await hold(() => lookUp(id));

  for (const answer of [first, second]) expectFailure(answer, "reauthorization_required");
  expect(await stateOf(id)).toEqual({ ...ENDED, error: body.error });
});

test.each<["slack" | "jira", string, number, object]>([
  ["jira", "LK-079 a client that is not authorized", 403, { error: "unauthorized_client" }],
  ["jira", "LK-079 a wrong client secret", 401, { error: "access_denied" }],
  ["slack", "LK-079 a wrong client secret", 200, { ok: false, error: "bad_client_secret" }],
])("%s: %s is our mistake, and ends no grant", async (platform, _name, status, body) => {
  const { id } = await installExpired(platform);
  answerWith(platform, status, body);

  await expectTemporary(platform, id, "provider_misconfigured", 1);
});

const RENEWED = {
  ok: true,
  access_token: "LIELIELIELIE",
  refresh_token: "LIEREFRESHLIE",
  token_type: "bot",
  expires_in: 3600,
  scope: "chat:write",
};
plant("access token", RENEWED.access_token);
plant("refresh token", RENEWED.refresh_token);

test.each([
  ["LK-081 a life as text", { expires_in: "3600" }],
  ["LK-081 a life of no seconds", { expires_in: 0 }],
  ["LK-081 a life of less than none", { expires_in: -5 }],
  ["LK-081 a life of 30 years", { expires_in: 1e9 }],
  ["LK-081 a life beyond all dates", { expires_in: 1e15 }],
  ["LK-081 no token", { access_token: undefined }],
  ["LK-082 a token with a line feed", { access_token: `${RENEWED.access_token}\n` }],
  ["LK-082 a token with a NUL", { access_token: `${RENEWED.access_token}\0` }],
  ["LK-082 a refresh token with a line feed", { refresh_token: `${RENEWED.refresh_token}\n` }],
  ["LK-082 a token of 9 kB", { access_token: RENEWED.access_token.padEnd(9_000, "x") }],
])("%s is no answer, neither of Slack nor of Jira", async (_name, changes) => {
  for (const platform of ["slack", "jira"] as const) {
    const { id } = await installExpired(platform);
    answerWith(platform, 200, { ...RENEWED, ...changes }, 2);

    await expectTemporary(platform, id, "provider_error", 2);
  }
});

test.each(["github", "slack", "jira"] as const)(
  "LK-085 with 0.8 seconds left, no renewal is begun at %s",
  async (platform) => {
    const { id } = await installExpired(platform);
    const handler = await loadHandler("functions/token-lookup.handler");
    const context = createLambdaContext("token-lookup", 800);

    const failure = await hold(() =>
      handler({ installation_id: id }, context).catch((error: unknown) => error),
    );

    expect(failure).toMatchObject({ name: "retry_later" });
    expect(await stateOf(id)).toEqual({ ...UNTOUCHED, error: null });
  },
);

test.each(["github", "slack", "jira"] as const)(
  "control: an old token of %s is renewed with one call",
  async (platform) => {
    const { id, token } = await installExpired(platform);
    const asks = [await askOf(platform, id)];

    const answer = await hold(() => lookUp(id), { changes: ["installations"], asks });

    expect(tokenIn(answer)).toEqual(expect.any(String));
    expect(tokenIn(answer)).not.toBe(token);
  },
);
