import { expect, test } from "vitest";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { expectGatewayRefusal, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { createWebhookSender, githubEvent, signGithub } from "./webhooks.ts";

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;
const { github } = stack.platforms.control;
github.holdDeliveries();
const send = createWebhookSender(stack);
const UNKNOWN = 999_999_999;
const MB = 1024 * 1024;

const { hold } = await createConventions(stack, async () => {
  return (await send.github(githubEvent("created", UNKNOWN))).status === 202;
});

/** Installs the App on an account, and answers GitHub's id of the installation. */
async function installOn(login: string): Promise<number> {
  await installGithubAppAs(stack, { login });
  const shown = github.installations().find(({ account }) => Object(account).login === login);
  return shown?.id ?? 0;
}

async function stateOf(providerId: number) {
  const [row] = await sql`
    select is_active, inactive_reason, access_token is not null as has_token
    from installations
    where provider_installation_id = ${String(providerId)}
  `;
  return row;
}

const ACTIVE = { is_active: true, inactive_reason: null, has_token: true };
/** Its encrypted token is kept for the retention time. */
const UNINSTALLED = { is_active: false, inactive_reason: "uninstalled", has_token: true };

const read = (id: number) => `GET /api/app/installations/${id}`;
/** Before GitHub's 404 counts, it has to know the App itself. */
const gone = (id: number) => [read(id), "GET /api/app"];

const INVALID_REQUEST = { status: 400, code: "invalid_request" };
const living = await installOn("living");

test("WH-026 a captured uninstall, sent again after a new install, changes nothing", async () => {
  const id = await installOn("replayed");
  await github.uninstall({ account: "replayed" });
  const captured = githubEvent("deleted", id);
  const first = await hold(() => send.github(captured), {
    changes: ["installations"],
    asks: gone(id),
  });
  const again = await installOn("replayed");

  const replay = await hold(() => send.github(captured));

  expect([first.status, replay.status]).toEqual([202, 202]);
  expect(await stateOf(again)).toEqual(ACTIVE);
});

test("WH-026 a captured suspension, sent again after it was lifted, changes nothing", async () => {
  const id = await installOn("lifted");
  await github.suspend({ account: "lifted" });
  const captured = githubEvent("suspend", id);
  await hold(() => send.github(captured), { changes: ["installations"], asks: [read(id)] });
  await github.unsuspend({ account: "lifted" });
  await hold(() => send.github(githubEvent("unsuspend", id)), {
    changes: ["installations"],
    asks: [read(id)],
  });

  const replay = await hold(() => send.github(captured), { asks: [read(id)] });

  expect(replay.status).toBe(202);
  expect(await stateOf(id)).toEqual(ACTIVE);
});

test("WH-035 an uninstall that did not happen changes nothing, though it is signed", async () => {
  const answer = await hold(() => send.github(githubEvent("deleted", living)), {
    asks: [read(living)],
  });

  expect(answer.status).toBe(202);
  expect(await stateOf(living)).toEqual(ACTIVE);
});

test("WH-035 an uninstall that somebody forged leaves the installation alone", async () => {
  const id = await installOn("forged");
  await github.uninstall({ account: "forged" });
  const body = githubEvent("deleted", id);
  const forged = { "x-hub-signature-256": signGithub(body, "guessed-secret") };

  const answer = await hold(() => send.github(body, forged));

  expectRefusal(answer, { status: 401, code: "invalid_signature" });
  expect(await stateOf(id)).toEqual(ACTIVE);
});

test("WH-036 an uninstall that is delivered twice is one transition", async () => {
  const id = await installOn("told-twice");
  await github.uninstall({ account: "told-twice" });
  const body = githubEvent("deleted", id);

  const first = await hold(() => send.github(body), { changes: ["installations"], asks: gone(id) });
  const second = await hold(() => send.github(body), { asks: gone(id) });

  expect([first.status, second.status]).toEqual([202, 202]);
  expect(await stateOf(id)).toEqual(UNINSTALLED);
});

test("WH-040 a person's revocation keeps the installation: no token of a person is stored", async () => {
  const body = JSON.stringify({ action: "revoked", sender: { id: 1, login: "living" } });

  const answer = await hold(() =>
    send.github(body, { "x-github-event": "github_app_authorization" }),
  );

  expect(answer.status).toBe(202);
  expect(await stateOf(living)).toEqual(ACTIVE);
});

test.each([
  ["WH-030 an event that nobody knows", "constructor", githubEvent("deleted", living)],
  ["WH-030 an event that says nothing of the grant", "push", githubEvent("deleted", living)],
  ["WH-030 a ping", "ping", '{"zen":"Keep it logically awesome."}'],
  ["WH-032 an installation that is not known here", "installation", githubEvent("x", UNKNOWN)],
  ["WH-032 an event without an installation", "installation", '{"action":"deleted"}'],
  ["WH-041 an action that nobody knows", "installation", githubEvent("vanished", UNKNOWN)],
  ["WH-043 no sender", "installation", `{"action":"created","installation":{"id":${UNKNOWN}}}`],
  ["WH-049 the prototype as a key", "installation", '{"__proto__":{"polluted":1},"action":"x"}'],
  [
    "WH-049 the prototype within an installation",
    "installation",
    `{"installation":{"id":${UNKNOWN},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`,
  ],
])("%s is answered and forgotten", async (_name, event, body) => {
  const answer = await hold(() => send.github(body, { "x-github-event": event }));

  expect({ status: answer.status, body: answer.text }).toEqual({ status: 202, body: "{}" });
  expect(Object({}).polluted).toBeUndefined();
});

test("WH-041 an action that nobody knows, of a known installation, is only a reason to ask", async () => {
  const answer = await hold(() => send.github(githubEvent("vanished", living)), {
    asks: [read(living)],
  });

  expect(answer.status).toBe(202);
});

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const PROTO_ID = `{"action":"deleted","__proto__":{"installation":{"id":${living}}}}`;

test.each([
  ["WH-014 an empty body", ""],
  ["WH-014 half of a body", '{"action":"deleted","installation":{"id":'],
  ["WH-014 more than one body", `${githubEvent("deleted", living)}{}`],
  ["WH-042 a text as an installation's id", githubEvent("deleted", String(living))],
  ["WH-042 half an installation", githubEvent("deleted", 4.5)],
  ["WH-042 an id that a number cannot hold", '{"installation":{"id":9007199254740993}}'],
  ["WH-042 an id below one", githubEvent("deleted", 0)],
  ["WH-042 a list as an id", githubEvent("deleted", [living])],
  ["WH-042 no id", githubEvent("deleted", undefined)],
  ["WH-044 null", "null"],
  ["WH-044 an empty list", "[]"],
  ["WH-044 a list of events", `[${githubEvent("deleted", living)}]`],
  ["WH-044 a number", "1"],
  ["WH-044 a text", '"deleted"'],
  ["WH-045 10,000 nested lists", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ["WH-045 10,000 nested objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ["WH-050 two installations", `{"installation":{"id":${living}},"installation":{"id":1}}`],
  ["WH-050 two ids", `{"installation":{"id":${living},"id":1}}`],
  ["WH-050 two ids, one of them escaped", `{"installation":{"id":${living},"\\u0069d":1}}`],
])("%s is refused, though it is signed", async (_name, body) => {
  expectRefusal(await hold(() => send.github(body)), { ...INVALID_REQUEST, input: body });
});

test("WH-049 an installation on the prototype is none", async () => {
  const answer = await hold(() => send.github(PROTO_ID));

  expect(answer.status).toBe(202);
});

test.each([
  ["WH-029 no name of the event", null],
  ["WH-029 an empty name", ""],
  ["WH-029 a name in another case", "Installation"],
  ["WH-029 two names", "installation, push"],
  ["WH-029 a name of 2 kB", "installation".repeat(170)],
])("%s is refused", async (_name, event) => {
  const body = githubEvent("deleted", living);

  const answer = await hold(() => send.github(body, { "x-github-event": event }));

  expectRefusal(answer, { ...INVALID_REQUEST, input: event ?? "" });
});

test.each([
  ["WH-047 a text", "text/plain"],
  ["WH-047 a type that begins like JSON", "application/json-seq"],
])("%s is refused, though it is signed", async (_name, type) => {
  const body = githubEvent("deleted", living);

  const answer = await hold(() => send.github(body, { "content-type": type }));

  expectRefusal(answer, { status: 415, code: "unsupported_media_type", input: body });
});

test.each([
  ["WH-047 a form without a payload", "action=deleted"],
  ["WH-047 a form with two payloads", `${formOf(githubEvent("deleted", living))}&payload=%7B%7D`],
  ["WH-047 a form with half of a payload", "payload=%7B"],
])("%s is refused, though it is signed", async (_name, body) => {
  const answer = await hold(() => send.github(body, FORM));

  expectRefusal(answer, { ...INVALID_REQUEST, input: body });
});

test("WH-047 a form with the payload is read", async () => {
  const answer = await hold(() => send.github(formOf(githubEvent("deleted", living)), FORM), {
    asks: [read(living)],
  });

  expect(answer.status).toBe(202);
});

test("WH-083 a delivery for another App is refused, though it is signed", async () => {
  const body = githubEvent("deleted", living);

  const answer = await hold(() =>
    send.github(body, { "x-github-hook-installation-target-id": "1" }),
  );

  expectRefusal(answer, { ...INVALID_REQUEST, input: body });
});

test("WH-080 a body of 5 MB is read", async () => {
  const id = await installOn("large");
  await github.uninstall({ account: "large" });
  const body = githubEvent("deleted", id, { repositories: manyRepositories(5 * MB) });

  const answer = await hold(() => send.github(body), {
    changes: ["installations"],
    asks: gone(id),
  });

  expect(body.length).toBeGreaterThan(5 * MB);
  expect(answer.status).toBe(202);
  expect(await stateOf(id)).toEqual(UNINSTALLED);
});

test("WH-080 a body of 5 MB that is not signed is refused", async () => {
  const body = githubEvent("deleted", living, { repositories: manyRepositories(5 * MB) });
  const forged = { "x-hub-signature-256": signGithub(body, "guessed-secret") };

  const answer = await hold(() => send.github(body, forged));

  expectRefusal(answer, { status: 401, code: "invalid_signature" });
});

test("WH-081 a body that Lambda does not take is refused by the gateway", async () => {
  const body = githubEvent("deleted", living, { repositories: manyRepositories(6 * MB) });

  expectGatewayRefusal(await hold(() => send.github(body)), 413);
});

function formOf(payload: string): string {
  return new URLSearchParams({ payload }).toString();
}

/** Repositories as GitHub lists them in a webhook, of this many bytes and a little more. */
function manyRepositories(bytes: number): object[] {
  const repositories: object[] = [];
  for (let size = 0; size < bytes; ) {
    const id = 700_000_000 + repositories.length;
    const name = `service-with-a-realistic-name-${repositories.length}`;
    const full_name = `big-organization/${name}`;
    const repository = { id, node_id: `R_kgDOKl${id}`, name, full_name, private: true };
    size += JSON.stringify(repository).length + 1;
    repositories.push(repository);
  }
  return repositories;
}
