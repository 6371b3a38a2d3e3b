import { expect, test } from "vitest";
import { type BrowserSession, openSession } from "../support/browser-session.ts";
import { createLink, openLink, readLink } from "../support/install-links.ts";
import { consentJira, consentSlack } from "../support/platform-installs.ts";
import { callApi, startTestStack } from "../support/stack.ts";
import { answerOf, expectErrorPage, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";

const stack = await startTestStack();
const { sql } = stack.database;
const JSON_ONLY = { accept: "application/json" };
const ELSEWHERE = { status: 409, code: "installation_bound_elsewhere" };
const INVALID = { status: 400, code: "invalid_state" };
const EXCHANGE = "POST /api/oauth.v2.access";
const JIRA_ASKS = ["POST /oauth/token", "GET /api/oauth/token/accessible-resources", "GET /api/me"];

const { hold, plant } = await createConventions(stack, async () => {
  const session = openSession();
  const callback = await consentSlack(stack, session, "T0GOOD");
  return (await session.get(callback, JSON_ONLY)).ok;
});

const link = (change: object = {}) =>
  createLink(stack, { platform: "slack", metadata: { customer: "other-customer" }, ...change });

/** Opens a link and consents: returns what opens the callback. */
async function consentWith(url: string, team: string) {
  const session = openSession();
  const callback = await consentSlack(stack, session, team, await openLink(session, url));
  plant("code", new URL(callback).searchParams.get("code") ?? "");
  return async () => answerOf(await session.get(callback, JSON_ONLY));
}

/** Installs the bot for a customer, and returns the id of the installation. */
async function installFor(customer: string, team: string): Promise<string> {
  const { url } = await link({ metadata: { customer } });
  return JSON.parse((await (await consentWith(url, team))()).text).installation_id;
}

function buttonWithout(start: string): string {
  const { pathname, searchParams } = new URL(start, stack.url);
  searchParams.delete("nonce");
  return `${pathname}?${searchParams}`;
}

test.each<[string, (start: string, session: BrowserSession) => [BrowserSession, string]]>([
  ["AU-091 without the nonce of its page", (start, session) => [session, buttonWithout(start)]],
  ["AU-091 with another nonce", (start, session) => [session, `${start}A`]],
  ["AU-091 in another browser", (start) => [openSession(), start]],
])("%s, a link starts nothing", async (_name, change) => {
  const { url } = await link();
  const session = openSession();
  const [browser, start] = change(await openLink(session, url), session);

  const answer = await hold(async () => answerOf(await browser.get(stack.url + start)));

  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe(url);
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test.each(["used", "ended"])(
  "AU-092 the page of a link that was %s is an error",
  async (status) => {
    const { id, url } = await link();
    if (status === "ended") await callApi(stack, "DELETE", `/install-links/${id}`);
    else await (await consentWith(url, "T0USED"))();

    const answer = await hold(async () => answerOf(await openSession().get(url)));

    expectErrorPage(answer, { ...INVALID, input: "other-customer" });
  },
);

test("CB-106 another customer's link changes nothing of a bound installation", async () => {
  await installFor("first-customer", "T0BOUND");
  const { id, url } = await link();
  const open = await consentWith(url, "T0BOUND");

  const answer = await hold(open, { changes: ["consumed_states"], asks: [EXCHANGE] });

  expectRefusalOfFlow(answer, ELSEWHERE.code);
  expect(answer.text).not.toContain("first-customer");
  expect(await readLink(stack, id)).toMatchObject({ status: "open" });
});

test("CB-107 a reconnect link of another organization changes and creates nothing", async () => {
  const installation_id = await installFor("first-customer", "T0PINNED");
  const { url } = await link({ metadata: {}, installation_id });
  const opens = [await consentWith(url, "T0BOUND"), await consentWith(url, "T0NOWHERE")];

  for (const open of opens) {
    const answer = await hold(open, { changes: ["consumed_states"], asks: [EXCHANGE] });
    expectRefusalOfFlow(answer, ELSEWHERE.code);
  }
});

test("CB-108 another member of a Jira site replaces nothing", async () => {
  const install = async (account: string) => {
    const session = openSession();
    const callback = await consentJira(stack, session, { account });
    plant("code", new URL(callback).searchParams.get("code") ?? "");
    return async () => answerOf(await session.get(callback, JSON_ONLY));
  };
  await (await install("mia"))();
  const [row] = await sql`select organization_id as id from installations where platform = 'jira'`;
  const open = await install("noah");

  const answer = await hold(open, {
    changes: ["consumed_states"],
    asks: [...JIRA_ASKS, `GET /api/ex/jira/${row?.id}/rest/api/3/mypermissions`],
  });

  expectRefusalOfFlow(answer, "installation_not_verified");
});

test.each(["used", "ended"])(
  "CB-109 a link that was %s after its flow started stores nothing",
  async (status) => {
    const { id, url } = await link();
    const open = await consentWith(url, "T0LATE");
    if (status === "ended") await callApi(stack, "DELETE", `/install-links/${id}`);
    else await (await consentWith(url, "T0FIRST"))();

    const answer = await hold(open, { changes: ["consumed_states"] });

    expectRefusal(answer, INVALID);
  },
);

test.each(["GET", "DELETE"])("CR-112 %s of a link that does not exist", async (method) => {
  const path = `/install-links/link-${"0".repeat(32)}`;

  const answer = await hold(async () => answerOf(await callApi(stack, method, path)));

  expectRefusal(answer, { status: 404, code: "install_link_not_found" });
});

test("CR-113 a link that is pinned to one installation and replaces another", async () => {
  const body = {
    platform: "slack",
    installation_id: `inst-${"0".repeat(32)}`,
    on_conflict: "replace",
  };

  const answer = await hold(async () =>
    answerOf(await callApi(stack, "POST", "/install-links", body)),
  );

  expectRefusal(answer, { status: 400, code: "invalid_request" });
});

/** Expects the JSON of a refusal after the state was used up: the flow's cookie has ended. */
function expectRefusalOfFlow({ text }: { text: string }, error: string): void {
  expect(JSON.parse(text)).toEqual({
    error,
    error_description: expect.any(String),
    request_id: expect.any(String),
  });
}
