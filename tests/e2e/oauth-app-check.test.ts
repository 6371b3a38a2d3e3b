import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installAs } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import { newName } from "../support/race-installs.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

// An OAuth App has tokens that expire when it requests this scope.
process.env.GITHUB_SCOPES = "repo offline_access";
const stack = await startTestStack();
const { control } = stack.platforms;
const { sql } = stack.database;

async function install(login: string): Promise<string> {
  const reply = await installAs(stack, login);
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });

async function fixAll(): Promise<unknown[]> {
  const result = await invoke(stack, "health-check", { dry_run: false, limit: 100 });
  return Object(result.ok && result.answer).findings;
}

/** Responses of a server that is not GitHub's API: another path of GitHub's, a proxy, another product. */
const NOT_GITHUB = [
  ["an HTML page", 404, "<h1>Not Found</h1>"],
  ["another JSON", 404, { error: "no such route" }],
  ["nothing", 404, ""],
  ["a 422 of another product", 422, { detail: "unknown" }],
] as const;

test.each(NOT_GITHUB)(
  "D2 a wrong GITHUB_API_URL, which returns %s, ends no grant: the health check lists it",
  async (_, status, body) => {
    const id = await install(newName());
    const fault = { kind: "status", status, body } as const;
    control.addFault({
      platform: "github",
      path: "/api/applications/*",
      times: "until_cleared",
      fault,
    });

    const findings = await fixAll();
    control.clearFaults();

    expect(findings).toContainEqual({
      installation_id: id,
      stored: "active",
      found: "provider_error",
      changed: false,
    });
    expect(await read(id)).toMatchObject({ is_active: true, has_refresh_token: true });
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
    expect(await lookUp(id)).toMatchObject({ ok: true });
  },
);

test("D2 a grant that ended by mistake is restored, since GitHub confirms its token", async () => {
  const id = await install("mistaken");
  await sql`
    update installations set is_active = false, inactive_reason = 'reauthorization_required'
    where id = ${id}
  `;

  const findings = await fixAll();

  expect(findings).toContainEqual({
    installation_id: id,
    stored: "reauthorization_required",
    found: "active",
    changed: true,
  });
  expect(await lookUp(id)).toMatchObject({ ok: true });
});

test("D2 GitHub's own 404 ends the grant, and a second check does not restore it", async () => {
  const id = await install("revoked");
  await control.revoke("github", "revoked");

  const first = await fixAll();
  const second = await fixAll();

  const found = "reauthorization_required";
  const finding = { installation_id: id, stored: "active", found, changed: true };
  expect(first).toContainEqual(finding);
  expect(second).toEqual([]);
  expect(await lookUp(id)).toMatchObject({ ok: false, error: "reauthorization_required" });
});

test("deleting a grant that has ended is no failed revocation", async () => {
  const id = await install("cleaned-up");
  await control.revoke("github", "cleaned-up");
  await fixAll();

  const deletion = await callApi(stack, "DELETE", `/installations/${id}`);

  expect(await deletion.json()).toEqual({ revocation: "done" });
  expect(stack.output()).not.toContain("RevocationFailures");
});
