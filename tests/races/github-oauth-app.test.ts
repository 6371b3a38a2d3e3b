import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installAs } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import { startLookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import { ageLeases, countCalls, newName, outcomes } from "../support/race-installs.ts";
import { startTestStack } from "../support/stack.ts";

const LIFETIME_SECONDS = 8 * 3600;
const TOKEN_PATH = "/login/oauth/access_token";
/** GitHub issues new tokens, and its response is lost. */
const LOST = { kind: "lose_reply" } as const;

// An OAuth App has tokens that expire when it asks for this scope.
process.env.GITHUB_SCOPES = "repo offline_access";
const stack = await startTestStack();
const { control, githubApiUrl } = stack.platforms;
const { sql } = stack.database;
const front = await startPlatformFront(stack);
const processes = await startLookupProcesses(4);

async function install(login = newName()): Promise<string> {
  const reply = await installAs(stack, login);
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

async function lookUpAll(id: string, times = 50) {
  const request = { installation_id: id };
  const answers = processes.map((process) => process.lookUp(request, { times }));
  return (await Promise.all(answers)).flat();
}

async function works(token = ""): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, "user-agent": "bot" };
  return (await fetch(`${githubApiUrl}/user`, { headers })).status === 200;
}

/** Kills a process that is in the middle of a refresh, and answers what the next lookup says. */
async function killInRefresh(what: "request" | "reply"): Promise<string[]> {
  const id = await install();
  await control.letTimePass(LIFETIME_SECONDS + 60);
  const victim = await startLookupProcess(front.environment);

  const call = front.hold("github", what);
  void victim.lookUp({ installation_id: id });
  await call.arrived;
  victim.signal("SIGKILL");
  await victim.gone();
  await ageLeases(sql, 27);
  const next = outcomes(await lookUpAll(id));
  call.release();
  return next;
}

test("200 lookups of an expired token from 4 processes spend the one refresh token once, and all answer the same token, which works", async () => {
  const id = await install();
  const first = outcomes(await lookUpAll(id));
  await control.letTimePass(LIFETIME_SECONDS + 60);
  const before = countCalls(stack, "github");
  control.addFault({ platform: "github", method: "POST", milliseconds: 300 });

  const results = await lookUpAll(id);

  const [token, ...others] = outcomes(results);
  expect(results.filter(({ ok }) => ok)).toHaveLength(200);
  expect(others).toEqual([]);
  expect(countCalls(stack, "github")).toBe(before + 1);
  expect([await works(token), await works(first[0])]).toEqual([true, false]);
});

test("kill -9 before the platform has rotated loses nothing", async () => {
  const [token, ...others] = await killInRefresh("request");

  expect(others).toEqual([]);
  expect(await works(token)).toBe(true);
});

test("kill -9 between the rotation and the commit loses the grant, and the next lookup says so", async () => {
  expect(await killInRefresh("reply")).toEqual(["reauthorization_required"]);
});

test("A6 a reply that is lost ends the stored token: nobody gets it, and the grant ends in the same lookup", async () => {
  const login = newName();
  const id = await install(login);
  await control.letTimePass(LIFETIME_SECONDS - 300);
  const before = countCalls(stack, "github");
  control.addFault({ platform: "github", method: "POST", path: TOKEN_PATH, fault: LOST });

  const results = await lookUpAll(id);

  expect(outcomes(results)).toEqual(["reauthorization_required"]);
  expect(countCalls(stack, "github")).toBe(before + 2);
  expect(eventsOf(stack, id)).toEqual([
    "installation.created",
    "installation.reauthorization_required (bad_refresh_token)",
  ]);
});

test("A6 an outage with five minutes of life left costs nothing: the stored token is checked, and works", async () => {
  const id = await install();
  const [stored = ""] = outcomes(await lookUpAll(id));
  await control.letTimePass(LIFETIME_SECONDS - 300);
  const before = countCalls(stack, "github");
  const fault = { kind: "status", status: 503 } as const;
  control.addFault({ platform: "github", method: "POST", path: TOKEN_PATH, fault });

  const during = outcomes(await lookUpAll(id));
  const calls = countCalls(stack, "github") - before;
  await ageLeases(sql, 31);
  await lookUpAll(id);
  const [refreshed = "", ...others] = outcomes(await lookUpAll(id));

  expect(during).toEqual([stored]);
  expect(calls).toBe(1);
  expect(others).toEqual([]);
  expect([await works(stored), await works(refreshed)]).toEqual([false, true]);
});

test("A6 while GitHub does not tell whether the stored token is alive, it is retry_later, and no token", async () => {
  const id = await install();
  await control.letTimePass(LIFETIME_SECONDS - 300);
  control.addFault({ platform: "github", method: "POST", path: TOKEN_PATH, fault: LOST });
  const fault = { kind: "status", status: 500 } as const;
  const path = "/api/applications/*";
  control.addFault({ platform: "github", path, times: "until_cleared", fault });

  const during = outcomes(await lookUpAll(id));
  await ageLeases(sql, 31);
  const after = outcomes(await lookUpAll(id));
  control.clearFaults();
  await ageLeases(sql, 31);

  expect([during, after]).toEqual([["retry_later"], ["retry_later"]]);
  expect(outcomes(await lookUpAll(id))).toEqual(["reauthorization_required"]);
});

test("a dead grant costs one call and is reauthorization_required from then on; a reinstall reactivates it with the same id", async () => {
  const login = newName();
  const id = await install(login);
  await control.letTimePass(LIFETIME_SECONDS + 60);
  await control.revoke("github", login);
  const before = countCalls(stack, "github");

  const ended = outcomes(await lookUpAll(id));
  const again = outcomes(await lookUpAll(id));
  const calls = countCalls(stack, "github") - before;
  const healedId = await install(login);
  const [token] = outcomes(await lookUpAll(id));

  expect([ended, again]).toEqual(Array(2).fill(["reauthorization_required"]));
  expect(calls).toBe(1);
  expect(healedId).toBe(id);
  expect(await works(token)).toBe(true);
});

test("an answer without a refresh token leaves the old one stored, which renews the next time", async () => {
  const id = await install();
  await control.letTimePass(LIFETIME_SECONDS + 60);
  const body = { access_token: "gho_without", expires_in: 28_800, scope: "repo" };
  control.addFault({
    platform: "github",
    method: "POST",
    fault: { kind: "status", status: 200, body },
  });

  const first = outcomes(await lookUpAll(id));
  await control.letTimePass(LIFETIME_SECONDS + 60);
  const [second] = outcomes(await lookUpAll(id));

  expect(first).toEqual(["gho_without"]);
  expect(await works(second)).toBe(true);
});
