import { afterEach, expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { runCommand, runInShell, startCommandStack } from "../support/commands.ts";
import { findFreePorts } from "../support/free-ports.ts";
import { callApi } from "../support/stack.ts";

const { stack, environment } = await startCommandStack();
const list = (...options: string[]) => runCommand(["list", ...options], environment);

afterEach(async () => {
  await stack.database.sql`truncate installations`;
});

test("prints an aligned table, the newest installation first", async () => {
  await importInstallation(stack, { organization_id: "1", organization_name: "A" });
  const id = await importInstallation(stack, {
    organization_id: "22222",
    organization_name: "Bee",
  });
  await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });

  const { code, stdout, stderr } = await list();

  const [headings = "", ...rows] = stdout.trimEnd().split("\n");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(headings).toMatch(/^PLATFORM +ORGANIZATION +ORGANIZATION ID +STATUS +INSTALLED +ID$/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(
    new RegExp(`^github +Bee +22222 +disabled +\\d{4}-\\d\\d-\\d\\d +${id}$`),
  );
  for (const column of ["ORGANIZATION", "STATUS", "INSTALLED"]) {
    const start = headings.indexOf(column);
    for (const row of rows) expect(row.slice(start - 1)).toMatch(/^ \S/);
  }
});

test("prints the items of the API as JSON, without a token", async () => {
  const id = await importInstallation(stack);

  const { stdout } = await list("--json");

  expect(JSON.parse(stdout)).toMatchObject({
    items: [{ id, kind: "oauth_app" }],
    next_cursor: null,
  });
  expect(stdout).not.toContain("gho_");
});

test("lists all pages, or as many installations as the limit allows", async () => {
  for (let index = 1; index <= 103; index += 1) {
    await importInstallation(stack, { organization_id: String(index) });
  }

  const few = await list("--limit", "2");
  const most = await list("--limit", "102", "--json");
  const all = await list("--json");

  expect(few.stdout.trimEnd().split("\n")).toHaveLength(3);
  expect(few.stderr).toBe("There are more than 2 installations.\n");
  expect(JSON.parse(most.stdout).items).toHaveLength(102);
  expect(JSON.parse(most.stdout).next_cursor).not.toBeNull();
  expect(JSON.parse(all.stdout).items).toHaveLength(103);
  expect(all.stderr).toBe("");
});

test("filters by platform and by state", async () => {
  const active = await importInstallation(stack, { organization_id: "1" });
  const disabled = await importInstallation(stack, { organization_id: "2" });
  await callApi(stack, "PATCH", `/installations/${disabled}`, { is_active: false });

  expect((await list("--active")).stdout).toContain(active);
  expect((await list("--active")).stdout).not.toContain(disabled);
  expect((await list("--inactive")).stdout).toContain(disabled);
  expect(await list("--platform", "slack")).toEqual({
    code: 0,
    stdout: "",
    stderr: "There are no installations.\n",
  });
});

test("finds installations by name, customer, reason, error and time", async () => {
  const id = await importInstallation(stack, {
    organization_name: "Ácme",
    metadata: { customer: "c-1" },
  });
  const other = await importInstallation(stack, { organization_id: "2", organization_name: "Bee" });
  await callApi(stack, "PATCH", `/installations/${other}`, { is_active: false });
  const idsOf = async (...options: string[]) =>
    JSON.parse((await list(...options, "--json")).stdout).items.map(
      (item: { id: string }) => item.id,
    );

  expect(await idsOf("--search", "acme")).toEqual([id]);
  expect(await idsOf("--customer", "c-1", "--platform", "github")).toEqual([id]);
  expect(await idsOf("--inactive-reason", "disabled")).toEqual([other]);
  expect(await idsOf("--has-error")).toEqual([]);
  expect(await idsOf("--installed-after", "1h")).toEqual([other, id]);
  expect(await idsOf("--installed-after", "2999-01-01")).toEqual([]);
  expect(await list("--installed-after", "soon")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Use a date such as 2026-11-01, or a time such as 7d."),
  });
});

test("lists what lacks a scope, and says that it leaves out installations whose scopes are not known", async () => {
  const scopes = ["repo", "read:org", "read:user"];
  await importInstallation(stack, { organization_id: "1", scopes });
  const none = [await list("--missing"), await list("--missing", "--json")];
  const lacking = await importInstallation(stack, { organization_id: "2", scopes: ["gist"] });
  await importInstallation(stack, { organization_id: "3" });

  const { stdout, stderr } = await list("--missing");

  expect(none[0]).toMatchObject({ stdout: "", stderr: "There are no installations.\n" });
  expect(JSON.parse(none[1]?.stdout ?? "")).toEqual({
    items: [],
    next_cursor: null,
    has_unknown: false,
  });
  expect(stdout).toContain(lacking);
  expect(stdout.trimEnd().split("\n")).toHaveLength(2);
  expect(stderr).toBe(
    "Some active installations are not listed, because their scopes or permissions are not known.\n",
  );
});

test("a closed pipe ends a command quietly, as done", async () => {
  for (let index = 1; index <= 150; index += 1) {
    await importInstallation(stack, { organization_id: String(index) });
  }
  // More than a pipe holds.
  const commands = ["list --json", "health-check --json", "list", "rotate-keys"];

  for (const command of commands) {
    const { code, stdout, stderr } = await runInShell(
      `grantkeep ${command} | head -1`,
      environment,
    );

    expect({ command, code, stderr }).toEqual({
      command,
      code: 0,
      stderr: expect.not.stringMatching(/EPIPE|error|^ +at /m),
    });
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  }
});

test("a port on which nothing listens is one sentence", async () => {
  const port = await findFreePorts();

  const outcome = await runCommand(["list"], { PORT: String(port) });

  expect(outcome).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^error: Grantkeep .+ ${port}\\b.+\n$`)),
  });
});
