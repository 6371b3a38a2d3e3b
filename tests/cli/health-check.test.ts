import { beforeEach, expect, test } from "vitest";
import { loadHandler } from "../../local/handlers.ts";
import { importInstallation } from "../cases/imported.ts";
import { openSession } from "../support/browser-session.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { callApi } from "../support/stack.ts";

/** How many invocations from now on have no time. */
let hurried = 0;

const { stack, environment } = await startCommandStack(async (name) => {
  const handler = await loadHandler(name);
  return (event, context) => {
    if (name !== "functions/health-check.handler" || hurried === 0) return handler(event, context);
    hurried -= 1;
    return handler(event, { ...context, getRemainingTimeInMillis: () => 0 });
  };
});
const { sql } = stack.database;
const check = (...options: string[]) => runCommand(["health-check", ...options], environment);

beforeEach(async () => {
  await sql`truncate installations`;
});

/** Imports a token that GitHub never issued, so that GitHub reports that the grant ended. */
const importRevoked = () => importInstallation(stack, { organization_name: "Revoked" });

test("lists what the platforms report by name, and stores it with --fix only", async () => {
  const id = await importRevoked();

  const dry = await check();
  const fixed = await check("--fix");
  const after = await check();

  const row = `github +Revoked +active +reauthorization_required +${id}`;
  expect(dry).toEqual({
    code: 0,
    stdout: expect.stringMatching(`^The platform reports another status \\(1\\)\n.+\n +${row}\n\n`),
    stderr:
      "Nothing was changed. To store what the platforms report: npx grantkeep health-check --fix\n",
  });
  expect(fixed).toMatchObject({ code: 0, stderr: "" });
  expect(fixed.stdout).toMatch(new RegExp(`^Corrected \\(1\\)\n.+\n +${row}\n`));
  expect(after.stdout).toMatch(/^Ended or disabled \(1\)\n/);
  expect(after.stdout).toMatch(/\n1 installations checked: 0 differ, 1 ended or disabled, /);
});

test("lists installations that are known to have ended, or whose last refresh failed", async () => {
  const disabled = await importInstallation(stack, { organization_name: "Disabled" });
  await callApi(stack, "PATCH", `/installations/${disabled}`, { is_active: false });
  const failing = await installOnSlack();
  await sql`update installations set last_refresh_error = 'provider_error' where id = ${failing}`;

  const { code, stdout } = await check();

  expect(code).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^ +github +Disabled +disabled +[-\\d]{10} +${disabled}$`, "m"),
  );
  expect(stdout).toMatch(
    new RegExp(`^ +slack +Acme +provider_error +[-\\d]{10} +${failing}$`, "m"),
  );
});

test("prints only the count when every installation works", async () => {
  await installOnSlack();

  expect(await check()).toEqual({
    code: 0,
    stdout:
      "1 installations checked: 0 differ, 0 ended or disabled, 0 ending, 0 failed to refresh, " +
      "0 not checked.\n",
    stderr: "",
  });
});

test("restores an installation that is stored as ended and works, with --fix only", async () => {
  const id = await installOnSlack();
  await sql`
    update installations set is_active = false, inactive_reason = 'uninstalled' where id = ${id}
  `;

  const dry = await check();
  const fixed = await check("--fix");
  const after = await check();

  const row = `slack +Acme +uninstalled +active +${id}`;
  expect(dry.stdout).toMatch(
    new RegExp(`^The platform reports another status \\(1\\)\n.+\n +${row}\n`),
  );
  expect(dry.stdout).toMatch(/\nEnded or disabled \(1\)\n/);
  expect(fixed.stdout).toMatch(new RegExp(`^Corrected \\(1\\)\n.+\n +${row}\n`));
  expect(after.stdout).toMatch(/^1 installations checked: 0 differ, 0 ended or disabled, /);
});

test("lists installations that are ending, with their end", async () => {
  const id = await installOnSlack();
  await sql`
    update installations set refresh_token = null, grant_ends_at = '2040-01-02T03:04:05Z'
    where id = ${id}
  `;

  const { code, stdout } = await check();

  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^ +slack +Acme +2040-01-02 03:04 +${id}$`, "m"));
  expect(stdout).toContain("0 ended or disabled, 1 ending, ");
});

test("fails when a platform cannot be reached", async () => {
  const id = await installOnSlack();
  const fault = { platform: "slack", fault: { kind: "status", status: 503 } };
  await control("POST", fault);

  const { code, stdout } = await check();
  await control("DELETE");

  expect(code).toBe(1);
  expect(stdout).toMatch(new RegExp(`^ +slack +Acme +active +provider_unavailable +${id}$`, "m"));
});

test("tries again when the function had no time for its first installation", async () => {
  await installOnSlack();
  hurried = 1;

  const { code, stdout } = await check();

  expect(hurried).toBe(0);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 installations checked: 0 differ, /);
});

test("prints the same as JSON, with names", async () => {
  const id = await importRevoked();

  const { stdout } = await check("--json");

  expect(JSON.parse(stdout)).toEqual({
    fixed: false,
    checked: 1,
    differences: [
      {
        installation_id: id,
        organization_id: "42",
        organization_name: "Revoked",
        stored: "active",
        found: "reauthorization_required",
        changed: true,
      },
    ],
    unchecked: [],
    ended: [],
    ending: [],
    failing: [],
  });
});

async function installOnSlack(): Promise<string> {
  const session = openSession();
  await session.get(await consentSlack(stack, session), { accept: "application/json" });
  const [row] = await sql<[{ id: string }]>`select id from installations where platform = 'slack'`;
  return row.id;
}

async function control(method: string, fault?: object): Promise<void> {
  const body = fault === undefined ? {} : { body: JSON.stringify(fault) };
  await fetch(`${stack.platforms.url}/_control/faults`, { method, ...body });
}
