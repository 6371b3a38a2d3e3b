import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { installOn } from "../cases/installed.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { createLink, readLink } from "../support/install-links.ts";
import { callApi } from "../support/stack.ts";

const { stack, environment } = await startCommandStack();
const { sql } = stack.database;
const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-erase-"));
const receipt = path.join(folder, "receipt.json");
const erase = (...options: string[]) =>
  runCommand(["erase", "--receipt", receipt, ...options], environment);
const readReceipt = async () => JSON.parse(await readFile(receipt, "utf8"));

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  await sql`truncate installations, install_links`;
  await rm(receipt, { force: true });
});

async function installFor(name: string, customer: string): Promise<string> {
  const id = await installOn(stack, "slack", name);
  await callApi(stack, "PATCH", `/installations/${id}`, { metadata: { customer } });
  return id;
}

async function idsLeft(): Promise<unknown[]> {
  return (await sql`select id from installations order by id`).map(({ id }) => id);
}

test("erases a customer with its links, and no other, and writes what remains into the receipt", async () => {
  const id = await installFor("acme", "c-1");
  const other = await installFor("zebra", "c-2");
  const link = await createLink(stack, { platform: "slack", metadata: { customer: "c-1" } });
  const kept = await createLink(stack, { platform: "slack", metadata: { customer: "c-2" } });

  const { code, stdout, stderr } = await erase("--customer", "c-1", "--yes");

  expect(code).toBe(0);
  expect(await idsLeft()).toEqual([other]);
  expect(await readLink(stack, link.id)).toMatchObject({ status: "ended" });
  expect(await readLink(stack, kept.id)).toMatchObject({ status: "open" });
  const written = await readReceipt();
  expect(written).toMatchObject({
    subject: { customer: "c-1" },
    stack: "local mode",
    finished_at: expect.any(String),
    installations: [{ id, platform: "slack", status: "erased", revocation: "done" }],
    ended_links: [link.id],
  });
  const places = written.remains.map(({ where }: { where: string }) => where);
  expect(places).toContain("database, deliveries");
  expect(stderr).toContain(id);
  expect(stdout).toContain("What remains, and until when:");
  expect(await readFile(`${receipt}.txt`, "utf8")).toBe(stdout);
  expect((await stat(receipt)).mode & 0o777).toBe(0o600);
});

test("without a terminal or --yes, lists and erases nothing", async () => {
  const id = await installFor("acme", "c-1");

  const { code, stdout, stderr } = await erase("--customer", "c-1");

  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(id);
  expect(stderr).toContain("Nothing was erased. To erase these: --yes");
  expect(await idsLeft()).toEqual([id]);
  await expect(readReceipt()).rejects.toThrow("ENOENT");
});

test("says what was not erased, and continues when it is run again", async () => {
  const ids = [await installFor("acme", "c-1"), await installFor("zebra", "c-1")].sort();
  await sql.unsafe(`
    create function refuse_delete() returns trigger language plpgsql as
      $$ begin raise exception 'refused'; end $$;
    create trigger refuse_delete before delete on installations for each row
      when (old.id = '${ids[0]}') execute function refuse_delete();
  `);

  const first = await erase("--customer", "c-1", "--yes");
  const partly = await readReceipt();
  await sql.unsafe("drop trigger refuse_delete on installations; drop function refuse_delete()");
  const second = await erase("--customer", "c-1", "--yes");

  expect(first.code).toBe(1);
  expect(first.stdout).toContain("NOT FINISHED: run the command again");
  expect(partly.finished_at).toBeNull();
  const statusesOf = (written: { installations: { id: string; status: string }[] }) =>
    written.installations.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ status }) => status);
  expect(statusesOf(partly)).toEqual(["failed", "erased"]);
  const complete = await readReceipt();
  expect(statusesOf(complete)).toEqual(["erased", "erased"]);
  expect(complete).toMatchObject({
    started_at: partly.started_at,
    finished_at: expect.any(String),
  });
  expect(second.stdout).toContain("Erased: 2 installations");
  expect(await idsLeft()).toEqual([]);
});

test("an installation that was deleted before the command was interrupted is in the receipt", async () => {
  const id = `inst-${"1".repeat(32)}`;
  const entry = { id, platform: "jira", organization_id: "7", status: "started", revocation: null };
  const interrupted = {
    subject: { customer: "c-1" },
    stack: "local mode",
    started_at: "2026-11-28T10:00:00.000Z",
    finished_at: null,
    installations: [{ ...entry, at: "2026-11-28T10:00:00.000Z" }],
    ended_links: [],
    remains: [],
  };
  await writeFile(receipt, JSON.stringify(interrupted));

  const { code, stdout } = await erase("--customer", "c-1", "--yes");

  // Whether the platform has revoked the access is not known.
  expect(code).toBe(1);
  expect((await readReceipt()).installations).toMatchObject([
    { id, status: "erased", revocation: "not_known" },
  ]);
  expect(stdout).toContain("Jira: the bot may still have access to 7");
});

test("does not overwrite another file, or the receipt of somebody else", async () => {
  const id = await installFor("acme", "c-1");
  await writeFile(receipt, "{}");
  const noReceipt = await erase("--customer", "c-1", "--yes");
  await rm(receipt);
  await erase("--customer", "c-9", "--yes");
  const ofOther = await erase("--customer", "c-1", "--yes");

  expect(noReceipt).toMatchObject({ code: 1, stderr: expect.stringContaining("no receipt") });
  expect(ofOther).toMatchObject({ code: 1, stderr: expect.stringContaining("somebody else") });
  expect(await idsLeft()).toEqual([id]);
});

test("erases an organization by its id, on one platform", async () => {
  const id = await importInstallation(stack, { organization_id: "T1", platform: "slack" });
  const other = await importInstallation(stack, { organization_id: "T1", platform: "jira" });

  await erase("--organization", "T1", "--platform", "slack", "--yes");

  expect(await idsLeft()).toEqual([other]);
  expect((await readReceipt()).installations).toMatchObject([{ id, status: "erased" }]);
});

test("needs to know whom to erase", async () => {
  expect(await erase("--yes")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("use --customer or --organization"),
  });
});

test("exports what is stored of a customer, without a token", async () => {
  const id = await installFor("acme", "c-1");
  await installFor("zebra", "c-2");
  const link = await createLink(stack, { platform: "slack", metadata: { customer: "c-1" } });
  const out = path.join(folder, "customer.json");

  const { code, stdout } = await runCommand(
    ["export", "--customer", "c-1", "--out", out],
    environment,
  );

  const text = await readFile(out, "utf8");
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `1 installations and 1 install links in ${out}.\n`,
  });
  expect(JSON.parse(text)).toMatchObject({
    customer: "c-1",
    installations: [{ id, installed_by: expect.any(String), activity: expect.any(Array) }],
    install_links: [{ id: link.id }],
  });
  expect(text).not.toMatch(/xox[a-z]|v1\.k1\.|"refresh_token"/);
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect(
    await runCommand(["export", "--customer", "c-1", "--out", out], environment),
  ).toMatchObject({ code: 1 });
});
