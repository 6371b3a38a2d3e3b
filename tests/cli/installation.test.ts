import { beforeAll, expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { callApi, invoke } from "../support/stack.ts";

const { stack, environment } = await startCommandStack();
const run = (...args: string[]) => runCommand(args, environment);

let acme = "";

beforeAll(async () => {
  acme = await installOn(stack, "slack", "acme");
  await installOn(stack, "slack", "acmeother");
  await installOn(stack, "jira", "acme");
});

const lookUp = () => invoke(stack, "token-lookup", { installation_id: acme });

test("show prints one installation by its id, its organization's id or name, without a token or a secret", async () => {
  const token = await lookUp();
  const secret = await invoke(stack, "webhook-secret", { installation_id: acme });
  const byId = await run("show", acme);
  const byOrganization = await run("show", "T0ACME");
  const json = await run("show", acme, "--json");

  expect(byId).toMatchObject({ code: 0, stderr: "" });
  expect(byId.stdout).toMatch(/^organization_id +T0ACME$/m);
  expect(byId.stdout).toMatch(/^inactive_reason +–$/m);
  expect(byOrganization.stdout).toBe(byId.stdout);
  expect(JSON.parse(json.stdout)).toMatchObject({ id: acme, is_active: true });
  for (const { answer } of [Object(token), Object(secret)]) {
    const canary = String(answer.access_token ?? answer.webhook_secret);
    expect(canary.length).toBeGreaterThan(15);
    expect(byId.stdout + json.stdout).not.toContain(canary);
  }
});

test("disable stops lookups of this installation alone, and enable allows them again", async () => {
  const disabled = await run("disable", "T0ACME");
  const refused = await lookUp();
  const enabled = await run("enable", acme, "--json");
  const allowed = await lookUp();

  expect(disabled).toMatchObject({ code: 0, stderr: "" });
  expect(disabled.stdout).toMatch(new RegExp(`^.+ on slack is disabled: ${acme}\n$`));
  expect(refused).toMatchObject({ error: "installation_inactive" });
  expect(JSON.parse(enabled.stdout)).toMatchObject({ id: acme, is_active: true });
  expect(allowed).toMatchObject({ ok: true });
});

test("a change requires one whole name or id, and not the start of a name", async () => {
  const start = await run("disable", "T0ACM");
  for (const name of ["twin-one", "twin-two"]) {
    const id = await installOn(stack, "jira", name);
    await callApi(stack, "PATCH", `/installations/${id}`, { organization_name: "Twin" });
  }
  const several = await run("disable", "twin");
  const none = await run("show", `inst-${"0".repeat(32)}`);

  expect(start).toMatchObject({ code: 1, stdout: "" });
  expect(start.stderr).toMatch(/^error: There is no installation of T0ACM\./);
  expect(several).toMatchObject({ code: 1, stdout: "" });
  expect(several.stderr).toMatch(
    /^error: Several installations match twin\. Use an id:\n( {2}inst-.+\n){2}$/,
  );
  expect(none.stderr).toMatch(/^error: .*\(installation_not_found\)/);
});

test("enable refuses an installation that has ended, because it has no valid token", async () => {
  const id = await installOn(stack, "slack", "ended");
  await stack.platforms.control.revoke("slack", "T0ENDED");
  await invoke(stack, "health-check", { dry_run: false });
  const { stderr, code } = await run("enable", id);

  const item = Object(await (await callApi(stack, "GET", `/installations/${id}`)).json());
  expect(code).toBe(1);
  expect(item.is_active).toBe(false);
  expect(stderr).toMatch(
    /^error: .+ is not disabled but [a-z_]+: the customer installs the bot again\.\n$/,
  );
});

test("status shows the API, the counts, the failures of the last hour, and what needs attention", async () => {
  await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0NOBODY" });
  const before = await run("status");
  await invoke(stack, "sweep", {});
  const { code, stdout } = await run("status");
  const json = await run("status", "--json");

  expect(before.stdout).toMatch(/^Installations of the newest 1000\n/m);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^API responds\n/);
  expect(stdout).toMatch(/^Installations counted [\d:]+\n/m);
  expect(stdout).toMatch(/^ {2}slack +active +\d+$/m);
  expect(stdout).toMatch(/^ {2}token-lookup +installation_not_found +1$/m);
  expect(JSON.parse(json.stdout)).toMatchObject({ health: "ok", has_more: false });
});
