import { afterEach, expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import {
  authorizeGithubUser,
  type GithubAppInstall,
  installGithubApp,
  installGithubAppAs,
} from "../support/platform-installs.ts";
import { GITHUB_APP, REDIRECT_URI, startTestStack } from "../support/stack.ts";
import { answerOf, expectErrorRedirect, expectRefused } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { withParameters } from "./flow.ts";

const EXCHANGE = "POST /login/oauth/access_token";
const SEEN = "GET /api/user/installations";
const USER = ["GET /api/user", "GET /api/user/emails"];
const DROP = "DELETE /api/applications/local-github/token";
const START = `/oauth/github/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
const PLACES = ["/oauth/github/setup", "/oauth/github/callback"];

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { control } = stack.platforms;
const { github } = control;
github.holdDeliveries();
const { hold, plant } = await createConventions(
  stack,
  async () => (await installGithubAppAs(stack)).ok,
);

afterEach(() => control.clearFaults());

const read = (id: number) => `GET /api/app/installations/${id}`;
const mint = (id: number) => `POST /api/app/installations/${id}/access_tokens`;
const role = (login: string) => `GET /api/user/memberships/orgs/${login}`;

/** The three proofs in one: what the user sees, what the App reads, and who the user is. */
const proofs = (id: number) => [EXCHANGE, SEEN, read(id), ...USER, DROP];

/** A flow that has come back from the install page: the setup URL, not yet opened. */
async function comeBack(install: GithubAppInstall = {}, start = START) {
  const session = openSession();
  const setup = await installGithubApp(stack, session, start, install);
  const cookie = [...session.cookies].map((pair) => pair.join("=")).join("; ");
  plant("setup state", new URL(setup).searchParams.get("state") ?? "");
  return { session, setup, cookie };
}

/** Claims an installation as if the install page had named it, and authorizes: the callback. */
async function claim(id: number, login: string) {
  const { session, setup } = await comeBack({ login: "mallory" });
  const claimed = withParameters(setup, { installation_id: String(id) });
  const callback = await authorizeGithubUser(stack, session, claimed, login);
  const { searchParams } = new URL(callback);
  for (const name of ["code", "state"]) plant(name, searchParams.get(name) ?? "");
  return { open: async () => answerOf(await session.get(callback)), callback, session };
}

/** The installations that the user's token can see, which is the first proof. */
function letEverybodySee(id: number): void {
  const body = { total_count: 1, installations: [{ id }] };
  const fault = { kind: "status", status: 200, body } as const;
  control.addFault({ platform: "github", path: "/api/user/installations", fault });
}

async function expectNotVerified(id: number, login: string, asks: string[]): Promise<void> {
  const { open } = await claim(id, login);

  const answer = await hold(open, { changes: ["consumed_states"], asks });

  expectErrorRedirect(answer, "installation_not_verified");
}

const victim = await github.install({ account: "victim" });
await github.createOrganization({
  login: "big-corp",
  people: [
    { login: "boss", role: "admin" },
    { login: "mallory", role: "member" },
    { login: "invited", role: "admin", state: "pending" },
  ],
});
const corporate = await github.install({ account: "big-corp", by: "boss" });

test("CB-047 an installation that the user cannot see is not bound", async () => {
  await expectNotVerified(victim.id, "mallory", proofs(victim.id));
});

test("CB-047 an installation that nobody knows is not bound", async () => {
  const unknown = 999_999_999;

  await expectNotVerified(unknown, "mallory", [...proofs(unknown), "GET /api/app"]);
});

test("CB-047 an owner whose token does not see the installation does not bind it", async () => {
  const fault = { kind: "status", status: 200, body: { installations: [] } } as const;
  control.addFault({ platform: "github", path: "/api/user/installations", fault });

  await expectNotVerified(corporate.id, "boss", proofs(corporate.id));
});

test("CB-047 an installation of another App is not bound, though user and owner fit", async () => {
  const fault = { kind: "status", status: 200, body: { ...victim, app_id: 4242 } } as const;
  control.addFault({ platform: "github", path: `/api/app/installations/${victim.id}`, fault });

  await expectNotVerified(victim.id, "victim", proofs(victim.id));
});

test("CB-104 D5 an installation on an account of a type that nobody knows yet is not bound", async () => {
  const account = { ...Object(victim.account), type: "Team" };
  const fault = { kind: "status", status: 200, body: { ...victim, account } } as const;
  control.addFault({ platform: "github", path: `/api/app/installations/${victim.id}`, fault });
  const { open } = await claim(victim.id, "victim");

  const answer = await hold(open, { changes: ["consumed_states"], asks: proofs(victim.id) });

  expectErrorRedirect(answer, "unsupported_install");
});

test("CB-105 C6 an owner of another organization by the same login does not bind it", async () => {
  const membership = { state: "active", role: "admin", organization: { id: 1, login: "big-corp" } };
  const fault = { kind: "status", status: 200, body: membership } as const;
  control.addFault({ platform: "github", path: "/api/user/memberships/orgs/big-corp", fault });

  await expectNotVerified(corporate.id, "boss", [...proofs(corporate.id), role("big-corp")]);
});

test("CB-047 an id in the callback's own query is not believed", async () => {
  const own = await github.install({ account: "honest" });
  const { callback, session } = await claim(own.id, "honest");
  const url = `${callback}&installation_id=${victim.id}`;

  const answer = await hold(async () => answerOf(await session.get(url)), {
    changes: ["consumed_states", "installations"],
    asks: [...proofs(own.id), mint(own.id)],
  });

  expect(answer.headers.get("location")).toContain("organization=honest");
});

test("CB-048 a plain member of the organization does not bind it", async () => {
  const asks = [...proofs(corporate.id), role("big-corp")];

  await expectNotVerified(corporate.id, "mallory", asks);
});

test("CB-048 an owner who has not accepted the invitation does not bind it", async () => {
  letEverybodySee(corporate.id);

  await expectNotVerified(corporate.id, "invited", [...proofs(corporate.id), role("big-corp")]);
});

test("CB-048 a stranger who sees a person's installation does not bind it", async () => {
  letEverybodySee(victim.id);

  await expectNotVerified(victim.id, "mallory", proofs(victim.id));
});

test("CB-052 a suspended installation is not bound", async () => {
  const sleepy = await github.install({ account: "sleepy" });
  await github.suspend({ account: "sleepy" });
  letEverybodySee(sleepy.id);
  const { open } = await claim(sleepy.id, "sleepy");

  const answer = await hold(open, { changes: ["consumed_states"], asks: proofs(sleepy.id) });

  expectErrorRedirect(answer, "installation_inactive");
});

test("CB-051 an install page that sends no code to the callback is gone on from", async () => {
  const { session, setup } = await comeBack();
  const url = setup.replace("/setup?", "/callback?");

  const answer = await hold(async () => answerOf(await session.get(url)));

  const location = new URL(answer.headers.get("location") ?? "");
  expect(answer.status).toBe(302);
  expect(location.pathname).toBe("/github/login/oauth/authorize");
  expect(location.searchParams.get("code_challenge_method")).toBe("S256");
  expect(location.searchParams.get("redirect_uri")).toBe(`${stack.url}/oauth/github/callback`);
});

test.each([
  ["CB-046 an install without an id", { installation_id: null }],
  ["CB-046 an empty id", { installation_id: "" }],
  ["CB-053 zero", { installation_id: "0" }],
  ["CB-053 less than zero", { installation_id: "-1" }],
  ["CB-054 an exponent", { installation_id: "1e3" }],
  ["CB-054 a number in hex", { installation_id: "0x10" }],
  ["CB-054 a fraction", { installation_id: "4.2" }],
  ["CB-056 letters after a number", { installation_id: "42abc" }],
  ["CB-056 a space before a number", { installation_id: " 42" }],
  ["CB-056 a line break after a number", { installation_id: "42\n" }],
  ["CB-056 Arabic digits", { installation_id: "١٢٣" }],
  ["CB-056 a path", { installation_id: "42/../../app" }],
  ["CB-056 20 digits", { installation_id: "1".repeat(20) }],
  ["CB-060 an action of deletion", { setup_action: "delete" }],
  ["CB-060 an empty action", { setup_action: "" }],
  ["CB-060 an action from the prototype", { setup_action: "constructor" }],
])("%s from the install page is refused, wherever it is sent", async (_name, changes) => {
  const { setup, cookie } = await comeBack();
  const [bad] = Object.values(changes);
  const refusal = { status: 400, code: "invalid_request", input: bad ?? "" };

  for (const place of PLACES) {
    const url = withParameters(setup.replace(PLACES[0] ?? "", place), changes);
    await hold(() => expectRefused(url, { cookie }, refusal));
  }
});

test("CB-046 the state of an install page is no state of a callback", async () => {
  const { setup, cookie } = await comeBack();
  const state = new URL(setup).searchParams.get("state") ?? "";
  const url = `${stack.url}/oauth/github/callback?${new URLSearchParams({ code: "c0de", state })}`;

  await hold(() => expectRefused(url, { cookie }, { status: 400, code: "invalid_state" }));
});

test.each(PLACES)(
  "CB-059 a request for approval at %s leads to authorize, and stores nothing before",
  async (place) => {
    const { session, setup } = await comeBack();
    const changes = { setup_action: "request", installation_id: null };
    const url = withParameters(setup.replace(PLACES[0] ?? "", place), changes);

    const answer = await hold(async () => answerOf(await session.get(url)));

    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get("location") ?? "");
    expect(location.pathname).toBe("/github/login/oauth/authorize");
    expect(location.searchParams.get("code_challenge_method")).toBe("S256");
  },
);

test.each(PLACES)(
  "CB-059 a request for approval at %s that no flow waits for says so, and stores nothing",
  async (place) => {
    const { setup } = await comeBack();
    const changes = { setup_action: "request", installation_id: null };
    const url = withParameters(setup.replace(PLACES[0] ?? "", place), changes);

    const shown = await hold(async () => answerOf(await fetch(url)));

    expect(shown.status).toBe(200);
    expect(shown.text).toContain("Waiting for an owner");
  },
);

test.each(PLACES)("CB-061 an install begun at GitHub binds nothing at %s", async (place) => {
  const { setup, cookie } = await comeBack();
  const foreign = setup.replace(PLACES[0] ?? "", place);
  const bare = withParameters(foreign, { state: null });

  for (const [url, headers] of [
    [bare, { cookie }],
    [foreign, {}],
  ] as const) {
    const answer = await hold(async () => answerOf(await fetch(url, { headers })));

    expect(answer.status).toBe(200);
    expect(answer.headers.has("location")).toBe(false);
    expect(answer.text).toContain("Continue with GitHub");
    expect(answer.text).not.toContain(REDIRECT_URI);
  }
});

test("control: an owner binds the organization's installation, and no user's token is kept", async () => {
  const { open } = await claim(corporate.id, "boss");

  const answer = await hold(open, {
    changes: ["consumed_states", "installations"],
    asks: [...proofs(corporate.id), role("big-corp"), mint(corporate.id)],
  });

  const [row] = await sql`
    select kind, refresh_token, scopes, installed_by_id is not null as has_installer
    from installations
    where provider_installation_id = ${String(corporate.id)}
  `;
  expect(answer.headers.get("location")).toContain("status=success");
  expect(row).toEqual({ kind: "github_app", refresh_token: null, scopes: [], has_installer: true });
});
