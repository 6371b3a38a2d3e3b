import * as v from "valibot";
import { afterEach, expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { consentJira, type JiraConsent } from "../support/platform-installs.ts";
import { REDIRECT_URI, startTestStack } from "../support/stack.ts";
import { type Answer, answerOf, expectErrorRedirect, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { startEvilServer } from "./evil-server.ts";

const START = `/oauth/jira/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
const EXCHANGE = "POST /oauth/token";
const SITES = "GET /api/oauth/token/accessible-resources";
const ASKS = [EXCHANGE, SITES, "GET /api/me"];
const THREE = ["acme", "acme-eu", "globex"];

const stack = await startTestStack();
const { sql } = stack.database;
const { control } = stack.platforms;
const evil = await startEvilServer();
const { hold, plant } = await createConventions(stack, async () => {
  const session = openSession();
  const consent = { account: "kim", sites: ["kim"] };
  return (await session.get(await consentJira(stack, session, consent))).ok;
});

afterEach(() => control.clearFaults());

/** Starts a flow and accepts it: the callback, not yet opened. */
async function start(consent: JiraConsent = {}) {
  const session = openSession();
  const callback = await consentJira(stack, session, { start: START, ...consent });
  const { searchParams } = new URL(callback);
  for (const name of ["code", "state"]) plant(name, searchParams.get(name) ?? "");
  const open = async (accept = "text/html") => answerOf(await session.get(callback, { accept }));
  return { session, open };
}

/** Finishes a flow while one request of Jira is answered with this. */
async function finishWith(path: string, status: number, body: unknown, asks = ASKS) {
  const { open } = await start();
  const fault = { kind: "status", status, body: JSON.stringify(body) } as const;
  control.addFault({ platform: "jira", path, fault });
  return hold(open, { changes: ["consumed_states"], asks });
}

const Choice = v.strictObject({
  status: v.literal("choose_organization"),
  pending_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  organizations: v.array(v.strictObject({ id: v.string(), name: v.string(), url: v.string() })),
});

/** Has a flow with three sites wait for its installer. */
async function offer() {
  const flow = await start({ sites: THREE });
  const answer = await hold(() => flow.open("application/json"), {
    changes: ["consumed_states", "pending_installations"],
    asks: ASKS,
  });
  return { ...flow, choice: v.parse(Choice, JSON.parse(answer.text)) };
}

async function choose(form: Record<string, string>, cookie: string): Promise<Answer> {
  const headers = { accept: "application/json", cookie };
  const body = new URLSearchParams(form);
  const url = `${stack.url}/oauth/jira/organization`;
  return answerOf(await fetch(url, { method: "POST", body, headers, redirect: "manual" }));
}

test("CB-074 of three sites none is chosen for the installer", async () => {
  const { open } = await start({ sites: THREE });

  const page = await hold(() => open(), {
    changes: ["consumed_states", "pending_installations"],
    asks: ASKS,
  });

  expect(page.status).toBe(200);
  for (const name of ["Acme", "Acme EU", "Globex"]) expect(page.text).toContain(name);
});

test("CB-074 the site that the installer picks is the one that is bound", async () => {
  const { session, choice } = await offer();
  const site = choice.organizations.find(({ name }) => name === "Globex");
  const cookie = [...session.cookies].map((pair) => pair.join("=")).join("; ");

  const answer = await hold(
    () => choose({ pending_id: choice.pending_id, organization_id: site?.id ?? "" }, cookie),
    { changes: ["installations", "pending_installations"] },
  );

  const rows = await sql`
    select organization_id from installations where installed_by = 'mia@example.com'
  `;
  expect(choice.organizations).toHaveLength(3);
  expect(answer.status).toBe(200);
  expect([...rows]).toEqual([{ organization_id: site?.id }]);
});

test("CB-074 nobody else picks, nothing else is picked, and nothing is picked twice", async () => {
  const [{ session, choice }, other] = [await offer(), await offer()];
  const cookieOf = ({ cookies }: typeof session) =>
    [...cookies].map((pair) => pair.join("=")).join("; ");
  const own = cookieOf(session);
  const form = {
    pending_id: choice.pending_id,
    organization_id: choice.organizations[0]?.id ?? "",
  };
  const invalid = { status: 400, code: "invalid_state" };

  for (const [fields, cookie] of [
    [form, ""],
    [form, cookieOf(other.session)],
    [{ ...form, organization_id: "somebody-elses-site" }, own],
    [{ ...form, pending_id: "0".repeat(32) }, own],
    [{ ...form, pending_id: other.choice.pending_id }, own],
  ] as const) {
    expectRefusal(await hold(() => choose(fields, cookie)), invalid);
  }
  const first = await hold(() => choose(form, own), {
    changes: ["installations", "pending_installations"],
  });
  expect(first.status).toBe(200);
  expectRefusal(await hold(() => choose(form, own)), invalid);
});

const site = { id: "site-1", name: "Acme", url: "https://acme.atlassian.net" };
const granted = { ...site, scopes: ["read:jira-work"] };

test.each([
  ["CB-075 a site without TLS", { url: "http://acme.atlassian.net" }],
  ["CB-075 a site on loopback", { url: evil.url }],
  ["CB-075 a site with a user name", { url: "https://acme.atlassian.net@evil.com" }],
  ["CB-075 a site with a path", { url: `${site.url}/x` }],
  ["CB-075 a site with a line break", { url: `${site.url}\n` }],
  ["CB-075 a site without a URL", { url: undefined }],
  ["CB-075 a site with an odd id", { id: "../../me" }],
  ["CB-075 a site without scopes", { scopes: null }],
])("%s is left out, and nobody is asked there", async (_name, fields) => {
  const path = "/api/oauth/token/accessible-resources";
  const alone = await finishWith(path, 200, [{ ...granted, ...fields }]);
  const { open } = await start();
  const good = { ...granted, id: "site-2", name: "Acme Two" };
  const body = JSON.stringify([{ ...granted, ...fields }, good]);
  control.addFault({ platform: "jira", path, fault: { kind: "status", status: 200, body } });
  const beside = await hold(() => open("application/json"), {
    changes: ["consumed_states", "installations"],
    asks: ASKS,
  });
  await sql`delete from installations where organization_id = 'site-2'`;

  expectErrorRedirect(alone, "unsupported_install");
  expect(JSON.parse(beside.text)).toMatchObject({ status: "success", organization: "Acme Two" });
  expect(evil.requests()).toBe(0);
});

test.each([
  ["CB-100 a site on jira.com", { url: "https://acme.jira.com" }, "Acme"],
  ["CB-100 a site of Government Cloud", { url: "https://acme.atlassian-us-gov-mod.net" }, "Acme"],
  ["CB-100 a site without a name", { name: "" }, "acme.atlassian.net"],
  ["CB-100 a site with a long name", { name: "\u{1f600}".repeat(300) }, "\u{1f600}".repeat(255)],
])("%s can be installed", async (_name, fields, organization) => {
  const { open } = await start();
  const path = "/api/oauth/token/accessible-resources";
  const body = JSON.stringify([{ ...granted, ...fields }]);
  control.addFault({ platform: "jira", path, fault: { kind: "status", status: 200, body } });
  const answer = await hold(() => open("application/json"), {
    changes: ["consumed_states", "installations"],
    asks: ASKS,
  });
  await sql`delete from installations where organization_id = 'site-1'`;

  expect(JSON.parse(answer.text)).toMatchObject({ status: "success", organization });
});

test("CB-075 what is no list of sites stores nothing", async () => {
  const path = "/api/oauth/token/accessible-resources";

  expectErrorRedirect(await finishWith(path, 200, { sites: [granted] }), "provider_error");
});

test.each([
  ["CB-074 a grant without a site", []],
  ["CB-074 a grant of Confluence alone", [{ ...site, scopes: ["read:confluence-user"] }]],
])("%s stores nothing", async (_name, body) => {
  const answer = await finishWith("/api/oauth/token/accessible-resources", 200, body);

  expectErrorRedirect(answer, "unsupported_install");
});

const TOKENS = {
  access_token: "eyJLIELIELIELIE",
  refresh_token: "eyJREFRESHLIELIE",
  expires_in: 3600,
  scope: "read:jira-work read:me offline_access",
};
plant("access token", TOKENS.access_token);
plant("refresh token", TOKENS.refresh_token);

test.each([
  ["CB-077 no refresh token", { ...TOKENS, refresh_token: undefined }, "missing_scope"],
  ["CB-077 an empty refresh token", { ...TOKENS, refresh_token: "" }, "provider_error"],
  ["CB-077 null as a refresh token", { ...TOKENS, refresh_token: null }, "provider_error"],
  ["CB-077 no expiry", { ...TOKENS, expires_in: undefined }, "provider_error"],
  ["CB-077 a life of no seconds", { ...TOKENS, expires_in: 0 }, "provider_error"],
  ["CB-077 a life beyond all dates", { ...TOKENS, expires_in: 1e15 }, "provider_error"],
])("%s stores nothing, and nothing more is asked", async (_name, body, code) => {
  expectErrorRedirect(await finishWith("/oauth/token", 200, body, [EXCHANGE]), code);
});

test.each([
  ["CB-037 a code that is too old", 403, { error: "invalid_grant" }, "exchange_failed"],
  ["CB-039 a wrong client secret", 401, { error: "access_denied" }, "provider_misconfigured"],
  ["CB-079 Jira in trouble", 503, {}, "provider_unavailable"],
])("%s at Jira stores nothing", async (_name, status, body, code) => {
  expectErrorRedirect(await finishWith("/oauth/token", status, body, [EXCHANGE]), code);
});

test("CB-075 a token that is refused at once stores nothing", async () => {
  const path = "/api/oauth/token/accessible-resources";

  expectErrorRedirect(await finishWith(path, 401, { code: 401 }), "provider_error");
});

test("control: an install on one site succeeds", async () => {
  const { open } = await start({ account: "kim", sites: ["kim"] });

  const answer = await hold(() => open(), {
    changes: ["consumed_states", "installations"],
    asks: ASKS,
  });

  expect(answer.headers.get("location")).toContain("status=success");
});
