import { createHmac } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { createFlowCookie } from "../../core/install/flow-cookie.ts";
import { installAs } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";
import { answerOf, expectErrorPage, expectRefusal, expectRefused } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { createFlows, type Flow, withParameters } from "./flow.ts";
import { sendRaw } from "./raw-request.ts";

/** P6: unknown, used, expired and foreign states all get this. */
const INVALID_STATE = {
  status: 400,
  code: "invalid_state",
  description:
    "This install link is not valid: it was used before, has expired, or was opened in another browser.",
};
const EXCHANGE = ["POST /login/oauth/access_token", "GET /api/user", "GET /api/user/emails"];

const stack = await startTestStack();
const CALLBACK = `${stack.url}/oauth/github/callback`;
const { hold, plant } = await createConventions(stack, async () => (await installAs(stack)).ok);
const flows = await createFlows(stack, plant);

/** The install still works in the right browser: nothing that was refused has used its state up. */
async function expectUnused({ session, callback }: Flow): Promise<void> {
  const answer = await hold(async () => answerOf(await session.get(callback)), {
    changes: ["consumed_states", "installations"],
    asks: EXCHANGE,
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toContain("status=success");
}

/** A callback that a browser with a good cookie opens with a bad state. */
async function expectInvalidState(url: string, cookie: string): Promise<void> {
  await hold(() => expectRefused(url, { cookie }, { ...INVALID_STATE, input: url }));
}

test.each([
  ["CB-001 no state", null],
  ["CB-002 an empty state", ""],
  ["CB-004 a random state", "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF"],
  ["CB-020 a JWT without an algorithm", `${encode({ alg: "none" })}.${encode({ nonce: "n" })}.`],
  ["CB-021 a JWT signed with a public key", jwtSignedWithPublicKey()],
  ["CB-023 a JWE that unpacks to 1 MB", jweBomb()],
  ["CB-027 a state of 8 kB", "v1.k1.".padEnd(8_000, "A")],
  ["CB-028 a state with a NUL", "v1.k1.AAAA\0"],
  ["CB-028 a state with a line break", "v1.k1.AAAA\r\nset-cookie: a=b"],
])("%s is refused", async (_name, state) => {
  const flow = await flows.start();

  await expectInvalidState(withParameters(flow.callback, { state }), flow.cookie);
});

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function jwtSignedWithPublicKey(): string {
  const text = `${encode({ alg: "HS256" })}.${encode({ platform: "github" })}`;
  const key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n";
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

function jweBomb(): string {
  const bomb = deflateRawSync(Buffer.alloc(1_000_000)).toString("base64url");
  return `${encode({ alg: "dir", enc: "A256GCM", zip: "DEF" })}..AAAAAAAAAAAAAAAA.${bomb}.AAAA`;
}

test("CB-028 a state that is not UTF-8 is refused", async () => {
  const { cookie } = await flows.start();

  await expectInvalidState(`${CALLBACK}?code=x&state=v1.%FF%FE`, cookie);
});

test.each([
  ["CB-003 a repeated state", "&state=another-state"],
  ["CB-029 a state in brackets", "&state[]=another-state"],
  ["CB-032 a repeated code", "&code=another-code"],
  ["CB-058 a repeated installation id", "&installation_id=111111&installation_id=222222"],
])("%s is refused, and the state is not used up", async (_name, query) => {
  const flow = await flows.start();
  const refusal = { status: 400, code: "invalid_request", input: query };

  await hold(() => expectRefused(flow.callback + query, { cookie: flow.cookie }, refusal));
  await expectUnused(flow);
});

test("CB-005 a state of GitHub is no state on Slack's callback", async () => {
  const flow = await flows.start();
  const url = flow.callback.replace("/github/callback", "/slack/callback");

  await expectInvalidState(url, flow.cookie);
  await expectUnused(flow);
});

test("CB-005 a state of Slack is no state on GitHub's callback", async () => {
  const flow = await flows.start();
  const slack = await flows.reseal(flow, { platform: "slack" }, { platform: "slack" });

  await expectInvalidState(slack, flow.cookie);
});

test("CB-005 a state for the setup page is no state on the callback", async () => {
  const flow = await flows.start();

  await expectInvalidState(await flows.reseal(flow, {}, { purpose: "setup" }), flow.cookie);
});

test.each([
  ["CB-006 a state that is 601 seconds old is refused", -601],
  ["CB-006 a state from a minute ahead is refused", 90],
])("%s", async (_name, seconds) => {
  const flow = await flows.start();
  const issuedAt = Math.floor(Date.now() / 1000) + seconds;

  await expectInvalidState(await flows.reseal(flow, { issuedAt }), flow.cookie);
});

test("CB-010 the callback in a browser without the cookie is refused", async () => {
  const flow = await flows.start();

  await hold(() => expectRefused(flow.callback, {}, INVALID_STATE));
  await expectUnused(flow);
});

test("CB-011 a state from another browser is refused, and stays good in its own", async () => {
  const [victim, attacker] = [await flows.start(), await flows.start({ login: "mona" })];

  await expectInvalidState(attacker.callback, victim.cookie);
  await expectUnused(attacker);
});

test("CB-011 another flow's cookie under the name of this flow's is refused", async () => {
  const [flow, other] = [await flows.start(), await flows.start()];
  const [name] = flow.cookie.split("=");
  const [, value] = other.cookie.split("=");

  await expectInvalidState(flow.callback, `${name}=${value}`);
});

test("CB-011 a good cookie with the secret of another browser is refused", async () => {
  const flow = await flows.start();
  const { nonce, issuedAt } = await flows.read(flow);
  const contents = { browserSecret: "another-browser", codeVerifier: "x", issuedAt };
  const header = await createFlowCookie(flows.sealer, nonce, contents, 600);
  const [cookie = ""] = header.split(";");

  await expectInvalidState(flow.callback, cookie);
});

test("CB-095 two cookies of the same name are refused", async () => {
  const flow = await flows.start();

  await expectInvalidState(flow.callback, `${flow.cookie}; ${flow.cookie}`);
  await expectUnused(flow);
});

test("CB-013 a state with any one character changed is refused", async () => {
  const flow = await flows.start();
  const { state, cookie } = flow;
  const changed = Array.from(state, (character, index) => {
    const other = character === "A" ? "B" : "A";
    return state.slice(0, index) + other + state.slice(index + 1);
  });

  await hold(
    async () => {
      for (const bad of changed) {
        const url = withParameters(flow.callback, { state: bad });
        const headers = { cookie, accept: "application/json" };
        expectRefusal(await answerOf(await fetch(url, { headers })), INVALID_STATE);
      }
    },
    { withinMs: 20_000 },
  );
  await expectUnused(flow);
});

test("CB-016 a state that was cut off is refused", async () => {
  const flow = await flows.start();
  const states = [flow.state.slice(0, 10), flow.state.slice(0, -1), flow.state.slice(0, 60)];

  for (const state of states) {
    await expectInvalidState(withParameters(flow.callback, { state }), flow.cookie);
  }
});

test("CB-018 a state under an unknown key is refused", async () => {
  const flow = await flows.start();
  const state = flow.state.replace(/^v1\.[^.]+/, "v1.k9");

  await expectInvalidState(withParameters(flow.callback, { state }), flow.cookie);
});

test("CB-025 a state of another deployment is refused, though it has the same keys", async () => {
  const flow = await flows.start();
  const staging = await flows.reseal(flow, {}, { audience: "https://staging.example.com" });

  await expectInvalidState(staging, flow.cookie);
});

test("CB-044 an error without a state leads nowhere", async () => {
  const flow = await flows.start();

  await expectInvalidState(`${CALLBACK}?error=access_denied`, flow.cookie);
});

test.each([
  ["CB-090 a callback by POST reaches no handler", "POST"],
  ["CB-091 a callback by HEAD reaches no handler", "HEAD"],
])("%s, and the state is not used up", async (_name, method) => {
  const flow = await flows.start();
  const { cookie } = flow;

  const reply = await hold(() => sendRaw(flow.callback, { method, headers: { cookie } }));

  expect(reply.status).toBe(404);
  await expectUnused(flow);
});

test("CB-093 the back button after an install shows where to start again", async () => {
  const flow = await flows.start();
  const { cookie } = flow;
  await expectUnused(flow);

  const answer = await hold(async () =>
    answerOf(await fetch(flow.callback, { headers: { cookie, accept: "text/html" } })),
  );

  expectErrorPage(answer, { ...INVALID_STATE, input: flow.state });
  expect(answer.text).toContain('href="../../"');
});

test("CB-008 a state that was used is refused like any other bad one", async () => {
  const flow = await flows.start();
  await expectUnused(flow);

  await expectInvalidState(flow.callback, flow.cookie);
});

test("control: a state that is 590 seconds old is good", async () => {
  const flow = await flows.start();
  const issuedAt = Math.floor(Date.now() / 1000) - 590;
  const callback = await flows.reseal(flow, { issuedAt });

  await expectUnused({ ...flow, callback });
});
