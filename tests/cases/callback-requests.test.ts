import { beforeEach, expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { createLink, openLink } from "../support/install-links.ts";
import {
  authorizeGithubUser,
  installGithubApp,
  installGithubAppAs,
  requestGithubApp,
} from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, REDIRECT_URI, startTestStack } from "../support/stack.ts";
import { answerOf, expectErrorPage, expectErrorRedirect } from "./answers.ts";
import { createConventions } from "./assertions.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { github } = stack.platforms.control;
const { hold } = await createConventions(stack, async () => (await installGithubAppAs(stack)).ok);

const START = `/oauth/github/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
const JSON_ONLY = { accept: "application/json" };
const UNCLAIMED = { inactive_reason: "unclaimed", metadata: {} };
let number = 0;

beforeEach(async () => {
  await github.releaseDeliveries();
  github.holdDeliveries();
});

/** Creates an organization with an owner and two members. */
async function createOrganization(): Promise<string> {
  number += 1;
  const account = `case-${number}`;
  await github.createOrganization({
    login: account,
    people: [{ login: "olga", role: "admin" }, { login: "mia" }, { login: "noah" }],
  });
  return account;
}

/** Requests the App as a member, with a link of its own. */
async function request(account: string, login = "mia") {
  const metadata = { customer: `of ${login}`, number: String(Math.random()) };
  const link = await createLink(stack, { platform: "github", metadata });
  const session = openSession();
  const start = await openLink(session, link.url);
  const waiting = await requestGithubApp(stack, session, { login, account }, start);
  return { link, waiting, open: async () => answerOf(await session.get(waiting, JSON_ONLY)) };
}

async function rowOf(account: string) {
  const [row] = await sql<{ inactive_reason: string | null; metadata: unknown }[]>`
    select inactive_reason, metadata from installations where organization_name = ${account}
  `;
  return row;
}

/** Delivers the webhook of an approval, which stores the App as unclaimed and finishes nothing. */
async function expectUnfinished(account: string, requests: { open: () => unknown }[]) {
  const [{ id } = { id: 0 }] = github.installations().filter((shown) => nameOf(shown) === account);
  const answers = await hold(
    async () => {
      await github.releaseDeliveries();
      return Promise.all(requests.map(({ open }) => open()));
    },
    { changes: ["installations", "pending_events"], asks: [`GET /api/app/installations/${id}`] },
  );

  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 200, text: '{"status":"waiting"}' });
  }
  expect(await rowOf(account)).toEqual(UNCLAIMED);
}

const nameOf = ({ account }: { account: object }) => Object(account).login;

test("CB-110 a request is not finished by the approval of another member's", async () => {
  const account = await createOrganization();
  const waiting = await request(account, "mia");
  await installGithubApp(stack, openSession(), undefined, { login: "noah", account });
  await github.approve({ account, requester: "noah" });

  await expectUnfinished(account, [waiting]);
});

test("CB-110 a request is not finished by an install that nobody requested", async () => {
  const account = await createOrganization();
  const waiting = await request(account);
  await github.install({ account, by: "olga" });

  await expectUnfinished(account, [waiting]);
});

test("CB-111 a request is not finished by the approval for another account", async () => {
  const account = await createOrganization();
  const other = await createOrganization();
  const waiting = await request(account);
  await installGithubApp(stack, openSession(), undefined, { login: "mia", account: other });
  await github.approve({ account: other, requester: "mia" });

  await expectUnfinished(other, [waiting]);
  expect(await rowOf(account)).toBeUndefined();
});

test("CB-112 of two requests of one member with different links, none is finished", async () => {
  const account = await createOrganization();
  const both = [await request(account), await request(account)];
  await github.approve({ account, requester: "mia" });

  await expectUnfinished(account, both);
});

test.each(["DELETE", "used"])(
  "CB-113 a request is not finished after its link was ended: %s",
  async (how) => {
    const account = await createOrganization();
    const { link, ...waiting } = await request(account);
    if (how === "DELETE") await callApi(stack, "DELETE", `/install-links/${link.id}`);
    else await sql`update install_links set used_at = now() where id = ${link.id}`;
    await github.approve({ account, requester: "mia" });

    await expectUnfinished(account, [waiting]);
  },
);

test("CB-114 a request does not change an organization that was connected before", async () => {
  const account = await createOrganization();
  const waiting = await request(account);
  const { id } = await github.install({ account, by: "olga" });
  await github.releaseDeliveries();
  await sql`
    update installations set is_active = true, inactive_reason = null, metadata = '{"customer":"1"}'
    where organization_name = ${account}
  `;
  github.holdDeliveries();
  const created = github.installations().find((shown) => shown.id === id);
  const requester = {
    id: (await sql`select requester_id from waiting_requests limit 1`)[0]?.requester_id,
  };
  const payload = { action: "created", installation: created, sender: { id: 1, login: "olga" } };
  const { id: delivery } = await github.sendWebhook({
    event: "installation",
    payload: { ...payload, requester: { ...requester, id: Number(requester.id), login: "mia" } },
  });

  const answer = await hold(
    async () => {
      await github.releaseDeliveries([delivery]);
      return waiting.open();
    },
    { asks: [`GET /api/app/installations/${id}`] },
  );

  expect(answer.text).toBe('{"status":"waiting"}');
  expect(await rowOf(account)).toEqual({ inactive_reason: null, metadata: { customer: "1" } });
});

test.each([
  ["nobody has made", `req-${"0".repeat(32)}`],
  ["an SQL text", "req-' or 1=1 --"],
  ["of another form", "inst-0123456789abcdef0123456789abcdef"],
  ["empty", ""],
])("CB-118 the page of a request with an id that is %s shows none", async (_name, id) => {
  const url = `${stack.url}/oauth/github/waiting?${new URLSearchParams({ request: id })}`;
  const session = openSession();

  const [page, json] = await hold(async () => [
    await answerOf(await session.get(url)),
    await answerOf(await session.get(url, JSON_ONLY)),
  ]);

  if (page) expectErrorPage(page, { status: 400, code: "invalid_state" });
  expect(json?.status).toBe(400);
});

test.each([
  ["forged", "v1.forged"],
  ["an install link", undefined],
  ["empty", ""],
])("CB-119 a confirmation of a request that is %s starts no flow", async (_name, given) => {
  const { link } = await request(await createOrganization());
  const sealed = given ?? new URL(link.url).searchParams.get("link") ?? "";
  const url = `${stack.url}/oauth/github/authorize?${new URLSearchParams({ request: sealed })}`;

  const answer = await hold(async () => answerOf(await openSession().get(url, JSON_ONLY)));

  expect(answer.status).toBe(400);
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test("CB-120 a member who cancels at Authorize has no request here", async () => {
  const account = await createOrganization();
  const session = openSession();
  const setup = await installGithubApp(stack, session, START, { login: "mia", account });
  const consent = new URL((await session.get(setup)).headers.get("location") ?? "");
  const callback = new URL(consent.searchParams.get("redirect_uri") ?? "");
  callback.searchParams.set("state", consent.searchParams.get("state") ?? "");
  callback.searchParams.set("error", "access_denied");

  const answer = await hold(async () => answerOf(await session.get(callback.href)), {
    changes: ["consumed_states"],
  });

  expectErrorRedirect(answer, "access_denied");
});

test("CB-120 a member who cannot be identified has no request here", async () => {
  const account = await createOrganization();
  const session = openSession();
  const setup = await installGithubApp(stack, session, undefined, { login: "mia", account });
  const callback = await authorizeGithubUser(stack, session, setup, "noah");

  const answer = await hold(async () => answerOf(await session.get(callback, JSON_ONLY)), {
    changes: ["consumed_states"],
    asks: [
      "POST /login/oauth/access_token",
      "GET /api/user",
      "GET /api/user/emails",
      "GET /api/app/installation-requests",
      "DELETE /api/applications/local-github/token",
    ],
  });

  expect(answer.text).toBe('{"status":"pending"}');
});
