import { expect, test } from "vitest";
import { installAs } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";
import {
  type Answer,
  answerOf,
  expectErrorRedirect,
  expectGatewayRefusal,
  expectNoEcho,
} from "./answers.ts";
import { createConventions, type Effects } from "./assertions.ts";
import { createFlows, type Flow, type FlowOptions, withParameters } from "./flow.ts";

const EXCHANGE = "POST /login/oauth/access_token";
const INSTALL: Effects = {
  changes: ["consumed_states", "installations"],
  asks: [EXCHANGE, "GET /api/user", "GET /api/user/emails"],
};

const stack = await startTestStack();
const { sql } = stack.database;
const { hold, plant } = await createConventions(stack, async () => (await installAs(stack)).ok);
const flows = await createFlows(stack, plant);

async function open({ session }: Flow, url: string, accept = "text/html"): Promise<Answer> {
  return answerOf(await session.get(url, { accept }));
}

async function expectInstalled(flow: Flow, url = flow.callback): Promise<Answer> {
  const answer = await hold(() => open(flow, url), INSTALL);
  expect(answer.headers.get("location")).toContain("status=success");
  return answer;
}

test.each([
  ["CB-030 neither a code nor an error", { code: null }],
  ["CB-031 an empty code", { code: "" }],
  ["CB-033 a code of 8 kB", { code: "c".repeat(8_000) }],
  ["CB-101 a code with NUL", { code: "c0de\0c0de" }],
  ["CB-101 a code with a line break", { code: "c0de\r\nhost: evil" }],
  ["CB-101 a code with an escape", { code: "c0de\u001b[31m" }],
  ["CB-101 a code with a letter outside ASCII", { code: "c\u00f6de" }],
])("%s ends the flow without an exchange, and the state is not used up", async (_name, changes) => {
  const flow = await flows.start();

  const answer = await hold(() => open(flow, withParameters(flow.callback, changes)));

  expectErrorRedirect(answer, "invalid_request");
  expect(answer.headers.getSetCookie()).toEqual([]);
  await expectInstalled(flow);
});

test("CB-033 a code of 10 kB does not reach the handler", async () => {
  const flow = await flows.start();
  const url = withParameters(flow.callback, { code: "c".repeat(10_240) });

  const answer = await hold(() => open(flow, url));

  expectGatewayRefusal(answer, 431);
  await expectInstalled(flow);
});

test("CB-036 a code that was used is no success, though GitHub answers 200", async () => {
  const [used, flow] = [await flows.start(), await flows.start()];
  await expectInstalled(used);
  const url = withParameters(flow.callback, { code: used.code });

  const answer = await hold(() => open(flow, url), {
    changes: ["consumed_states"],
    asks: [EXCHANGE],
  });

  expectErrorRedirect(answer, "exchange_failed");
});

test("CB-037 a code that is too old at the platform is no success", async () => {
  const flow = await flows.start();
  await stack.platforms.control.letTimePass(601);

  const answer = await hold(() => open(flow, flow.callback), {
    changes: ["consumed_states"],
    asks: [EXCHANGE],
  });

  expectErrorRedirect(answer, "exchange_failed");
});

test("CB-038 a code of another flow fails at the platform, by its verifier", async () => {
  const [victim, attacker] = [await flows.start(), await flows.start({ login: "mona" })];
  const url = withParameters(victim.callback, { code: attacker.code });

  const answer = await hold(() => open(victim, url), {
    changes: ["consumed_states"],
    asks: [EXCHANGE],
  });

  expectErrorRedirect(answer, "exchange_failed");
});

test("CB-039 a refusal by the installer uses the state up, without an exchange", async () => {
  const flow = await flows.start({ decision: "cancel" });

  const answer = await hold(() => open(flow, flow.callback), { changes: ["consumed_states"] });
  const again = await hold(async () =>
    answerOf(await fetch(flow.callback, { headers: { cookie: flow.cookie } })),
  );

  expectErrorRedirect(answer, "access_denied");
  expect(again.status).toBe(400);
});

test.each([
  ["CB-040 markup as an error", { error: "<script>alert(1)</script>" }],
  ["CB-040 markup as an error's description", { error: "odd", error_description: "<b>bold</b>" }],
  ["CB-042 an error with a link", { error: "odd", error_uri: "https://evil.com/page" }],
])("%s is not echoed, neither in the redirect nor on a page", async (_name, changes) => {
  const parameters = { ...changes, code: null };
  const bad = Object.values(changes).at(-1) ?? "";
  plant("error", bad);
  const used = { changes: ["consumed_states"] };
  const [onward, page] = [await flows.start(), await flows.start({ redirectUri: null })];

  const answer = await hold(() => open(onward, withParameters(onward.callback, parameters)), used);
  const shown = await hold(() => open(page, withParameters(page.callback, parameters)), used);

  expectErrorRedirect(answer, "authorization_failed");
  expect(shown.status).toBe(400);
  expectNoEcho(shown, bad);
});

test("CB-005 a callback that names another issuer is refused, and the state is not used up", async () => {
  const flow = await flows.start();
  const url = withParameters(flow.callback, { iss: "https://evil.com/login/oauth" });

  const answer = await hold(() => open(flow, url));

  expectErrorRedirect(answer, "invalid_request");
  await expectInstalled(flow);
});

test("CB-009 one state, a hundred times at once: one success, one exchange", async () => {
  // The catalogue asks for four processes; here it is one, with a hundred requests in flight.
  const flow = await flows.start({ login: "replayed" });
  const headers = { cookie: flow.cookie, accept: "application/json" };

  const answers = await hold(
    () =>
      Promise.all(
        Array.from({ length: 100 }, async () => answerOf(await fetch(flow.callback, { headers }))),
      ),
    { ...INSTALL, withinMs: 10_000 },
  );

  const statuses = answers.map(({ status }) => status);
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int from installations where organization_name = 'replayed'
  `;
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 400)).toHaveLength(99);
  expect(row.count).toBe(1);
});

test("CB-096 the redirect of a success holds no secret of the flow", async () => {
  const flow = await flows.start();
  const { cookieHash, nonce } = await flows.read(flow);

  const answer = await expectInstalled(flow);

  const location = new URL(answer.headers.get("location") ?? "");
  expect(Object.fromEntries(location.searchParams)).toEqual({
    status: "success",
    platform: "github",
    installation_id: expect.stringMatching(/^inst-[0-9a-f]{32}$/),
    organization: "octocat",
  });
  for (const secret of [flow.code, flow.state, cookieHash, nonce]) {
    expect(location.href).not.toContain(secret);
  }
});

test.each([
  ["a redirect", {}, 303],
  ["a page", { redirectUri: null }, 200],
] satisfies [string, FlowOptions, number][])(
  "control: an install that ends in %s, and a second one over it, succeed",
  async (_name, options, status) => {
    const [first, second] = [await flows.start(options), await flows.start(options)];

    const answers = [
      await hold(() => open(first, first.callback), INSTALL),
      await hold(() => open(second, second.callback), INSTALL),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
    expect(first.session.cookies.size).toBe(0);
  },
);

test("control: two tabs of one browser both finish", async () => {
  const [one, other] = [await flows.start(), await flows.start()];
  const headers = { cookie: `${one.cookie}; ${other.cookie}`, accept: "application/json" };

  for (const { callback } of [other, one]) {
    const answer = await hold(async () => answerOf(await fetch(callback, { headers })), INSTALL);
    expect(answer.status).toBe(200);
  }
});
