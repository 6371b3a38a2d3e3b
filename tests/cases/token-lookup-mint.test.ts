import { afterEach, expect, test } from "vitest";
import { eventsOf } from "../support/bus-events.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { createConventions } from "./assertions.ts";
import { importInstallation } from "./imported.ts";
import { installOn } from "./installed.ts";
import { createInvoker, expectFailure } from "./invocations.ts";

const HOUR = 3600;

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { control } = stack.platforms;
const { github } = control;
github.holdDeliveries();
const invoke = createInvoker(stack);
const GOOD = { platform: "slack", organization_id: "T0GOOD" };
await importInstallation(stack, { ...GOOD, access_token: "xoxb-GOODGOODGOOD" });

const { hold, plant } = await createConventions(
  stack,
  async () => !(await invoke("token-lookup", GOOD)).failed,
);

afterEach(() => control.clearFaults());

let count = 0;

/** An installation of the App whose token has so many seconds left. */
async function installWith(secondsLeft: number) {
  count += 1;
  const login = `mint${count}`;
  const id = await installOn(stack, "github", login);
  await control.letTimePass(HOUR - secondsLeft);
  const [row] = await sql<[{ provider: string }]>`
    select provider_installation_id as provider from installations where id = ${id}
  `;
  const read = `/api/app/installations/${row.provider}`;
  const lookUp = (narrowing = {}) => invoke("token-lookup", { installation_id: id, ...narrowing });
  return { id, login, read, mint: `${read}/access_tokens`, lookUp };
}

function answerWith(path: string, status: number, body: object, headers = {}, times = 1): void {
  const fault = { kind: "status", status, headers, body: JSON.stringify(body) } as const;
  control.addFault({ platform: "github", path, fault, times });
}

async function stateOf(id: string) {
  const [row] = await sql`
    select
      is_active, inactive_reason, last_refresh_error as error, access_token is not null as has_token
    from installations where id = ${id}
  `;
  return row;
}

const ACTIVE = { is_active: true, inactive_reason: null, has_token: true };
const CHANGED = ["installations"];

test("LK-067 a JWT that GitHub refuses is our mistake: nothing is marked", async () => {
  const { id, mint, lookUp } = await installWith(-60);
  answerWith(mint, 401, { message: "'Issued at' claim ('iat') must be an Integer in the past" });

  const first = await hold(() => lookUp(), { changes: CHANGED, asks: [`POST ${mint}`] });
  const second = await hold(() => lookUp());

  for (const answer of [first, second]) expectFailure(answer, "provider_misconfigured");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_misconfigured" });
});

test("LK-068 a suspension that GitHub confirms is written down", async () => {
  const { id, login, read, mint, lookUp } = await installWith(-60);
  await github.suspend({ account: login });

  const first = await hold(() => lookUp(), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`],
  });
  const second = await hold(() => lookUp());

  for (const answer of [first, second]) expectFailure(answer, "installation_inactive");
  expect(await stateOf(id)).toMatchObject({ is_active: false, inactive_reason: "suspended" });
});

test("LK-068 a 403 of an installation that is not suspended ends nothing", async () => {
  const { id, read, mint, lookUp } = await installWith(-60);
  answerWith(mint, 403, { message: "This installation has been suspended" });

  const answer = await hold(() => lookUp(), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`],
  });

  expectFailure(answer, "provider_error");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_error" });
});

test("LK-069 one 404 ends nothing: the installation is read once more", async () => {
  const { id, read, mint, lookUp } = await installWith(-60);
  answerWith(mint, 404, { message: "Not Found" });

  const answer = await hold(() => lookUp(), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`],
  });

  expectFailure(answer, "provider_error");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_error" });
});

test("LK-069 404 for everything is an App that does not exist: our mistake", async () => {
  const { id, read, mint, lookUp } = await installWith(-60);
  const body = { message: "Not Found", documentation_url: "https://docs.github.com/rest" };
  for (const path of [mint, read, "/api/app"]) answerWith(path, 404, body);

  const answer = await hold(() => lookUp(), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`, "GET /api/app"],
  });

  expectFailure(answer, "provider_misconfigured");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_misconfigured" });
});

test("LK-069 an App that was uninstalled, without a webhook, is found out by the 404s", async () => {
  const { id, login, read, mint, lookUp } = await installWith(-60);
  await github.uninstall({ account: login });

  const first = await hold(() => lookUp(), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`, "GET /api/app"],
  });
  const second = await hold(() => lookUp());

  for (const answer of [first, second]) expectFailure(answer, "installation_inactive");
  expect(await stateOf(id)).toMatchObject({
    is_active: false,
    inactive_reason: "uninstalled",
    // It stays encrypted for the retention time.
    has_token: true,
  });
});

const LIMITED = {
  message: "You have exceeded a secondary rate limit.",
  documentation_url: "https://docs.github.com/rest",
};

test.each([
  ["LK-071 a 403 for the rate", 403, { "retry-after": "60" }],
  ["LK-071 a 403 with nothing left", 403, { "x-ratelimit-remaining": "0" }],
  ["LK-071 a 403 that only its message tells from others", 403, {}],
  ["LK-071 a 429", 429, { "retry-after": "60" }],
])("%s ends nothing, and is not tried again at once", async (_name, status, headers) => {
  const { id, mint, lookUp } = await installWith(-60);
  answerWith(mint, status, LIMITED, headers);
  const asks = [`POST ${mint}`];

  const first = await hold(() => lookUp(), { changes: CHANGED, asks });
  const second = await hold(() => lookUp());

  for (const answer of [first, second]) expectFailure(answer, "provider_rate_limited");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_rate_limited" });
});

test("LK-071 a limit while the token lives costs nothing: the old one is answered", async () => {
  const { id, mint, read, lookUp } = await installWith(300);
  answerWith(mint, 403, LIMITED, { "retry-after": "60" });

  const first = await hold(() => lookUp(), {
    changes: CHANGED,
    // The first lookup of an installation requests the type of its account.
    asks: [`POST ${mint}`, `GET ${read}`],
  });
  const second = await hold(() => lookUp());

  expect([first.failed, second.failed]).toEqual([false, false]);
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_rate_limited" });
});

const MINTED = { token: "ghs_LIELIELIELIE", expires_at: "2036-01-01T00:00:00Z", permissions: {} };
plant("minted token", MINTED.token);

test.each([
  ["LK-075 an expiry in the past", 201, { ...MINTED, expires_at: "2020-01-01T00:00:00Z" }],
  ["LK-075 an expiry that is no time", 201, { ...MINTED, expires_at: "soon" }],
  ["LK-075 no expiry", 201, { ...MINTED, expires_at: undefined }],
  ["LK-075 a token with another status", 200, MINTED],
  ["LK-082 a token with a line feed", 201, { ...MINTED, token: `${MINTED.token}\n` }],
  ["LK-082 an empty token", 201, { ...MINTED, token: "" }],
])("%s is no answer, and is asked for twice, not in a loop", async (_name, status, body) => {
  const { id, mint, lookUp } = await installWith(-60);
  answerWith(mint, status, body, {}, 2);
  const asks = [`POST ${mint}`, `POST ${mint}`];

  const first = await hold(() => lookUp(), { changes: CHANGED, asks });
  const second = await hold(() => lookUp());

  for (const answer of [first, second]) expectFailure(answer, "provider_error");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_error" });
});

test.each([
  ["LK-037 permissions that the App does not have", { permissions: { administration: "write" } }],
  ["LK-040 a repository of somebody else", { repositories: ["somebody-elses"] }],
])("%s: GitHub refuses, and nothing is marked", async (_name, narrowing) => {
  const { id, mint, lookUp } = await installWith(HOUR);

  const first = await hold(() => lookUp(narrowing), { asks: [`POST ${mint}`] });
  const second = await hold(() => lookUp(narrowing));

  for (const answer of [first, second]) expectFailure(answer, "invalid_request");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: null });
});

test("LK-068 B11 a suspension that a narrowed token finds out is written down, for plain lookups too", async () => {
  const { id, login, read, mint, lookUp } = await installWith(HOUR);
  await github.suspend({ account: login });

  const first = await hold(() => lookUp({ permissions: { metadata: "read" } }), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`],
  });
  const second = await hold(() => lookUp());

  for (const answer of [first, second]) expectFailure(answer, "installation_inactive");
  expect(await stateOf(id)).toMatchObject({ is_active: false, inactive_reason: "suspended" });
});

test("LK-069 B11 an App that was uninstalled, without a webhook, is found out by a narrowed lookup, and told once", async () => {
  const { id, login, read, mint, lookUp } = await installWith(HOUR);
  await github.uninstall({ account: login });

  const first = await hold(() => lookUp({ permissions: { contents: "read" } }), {
    changes: CHANGED,
    asks: [`POST ${mint}`, `GET ${read}`, "GET /api/app"],
  });
  const second = await hold(() => lookUp({ permissions: { contents: "read" } }));

  for (const answer of [first, second]) expectFailure(answer, "installation_inactive");
  expect(await stateOf(id)).toMatchObject({ is_active: false, inactive_reason: "uninstalled" });
  expect(eventsOf(stack, id)).toEqual([
    "installation.created",
    "installation.uninstalled (uninstalled)",
  ]);
});

test("LK-071 B11 a limit that a narrowed lookup meets is kept by all: 20 lookups are one call", async () => {
  const { id, mint, lookUp } = await installWith(HOUR);
  answerWith(mint, 429, LIMITED, { "retry-after": "60" });
  const narrowing = { permissions: { metadata: "read" } };

  const first = await hold(() => lookUp(narrowing), { changes: CHANGED, asks: [`POST ${mint}`] });
  const others = await hold(async () => {
    const answers = [];
    for (let count = 1; count < 20; count += 1) answers.push(await lookUp(narrowing));
    return answers;
  });

  for (const answer of [first, ...others]) expectFailure(answer, "provider_rate_limited");
  expect(await stateOf(id)).toEqual({ ...ACTIVE, error: "provider_rate_limited" });
  expect((await lookUp()).failed).toBe(false);
});

test.each(["constructor", "prototype"])(
  "LK-090 permissions with one by the name %s are refused, and not narrowed without it",
  async (name) => {
    const { lookUp } = await installWith(HOUR);
    const permissions = JSON.parse(`{"contents":"read","${name}":"read"}`);

    expectFailure(await hold(() => lookUp({ permissions })), "invalid_request");
  },
);
