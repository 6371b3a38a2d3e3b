import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { importRows } from "../support/moved.ts";
import { createTransfer } from "../support/transfer.ts";

const { stack, sql, canaries, run, file, rowOf, rowsOf, writeRows, count } = await createTransfer();

/** Returns how often the function was invoked so far. */
const calls = () => stack.aws.calls.filter(({ resource }) => resource === "import").length;

describe("grantkeep import", () => {
  test("imports a file call by call, and stores nothing the second time", async () => {
    const grants = await writeRows("grants.ndjson", rowsOf(2_500));

    const before = calls();
    const first = await run("import", [grants]);
    const needed = calls() - before;
    const again = await run("import", [grants]);

    expect(first).toMatchObject({
      code: 0,
      stdout: "2500 stored, 0 already stored, 0 verified.\n",
      // Progress is for a person at a terminal.
      stderr: "",
    });
    expect(needed).toBe(3);
    expect(again.stdout).toBe("0 stored, 2500 already stored, 0 verified.\n");
    expect(await count()).toBe(2_500);
  });

  test("names the lines that are not valid, and how to continue", async () => {
    const rows: (object | string)[] = rowsOf(1_003);
    rows.splice(1_001, 0, "", "{");
    const grants = await writeRows("grants.ndjson", rows);

    const refused = await run("import", [grants]);
    rows[1_002] = "";
    await writeRows("grants.ndjson", rows);
    const resumed = await run("import", [grants, "--after", "1000"]);

    expect(refused).toMatchObject({
      code: 1,
      stdout:
        "line 1003: invalid_request: The line is not a JSON object.\n" +
        "1000 stored, 0 already stored, 0 verified.\n",
      stderr: expect.stringContaining("Continue with --after 1000\n"),
    });
    expect(resumed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^3 stored, 0 already/),
    });
    expect(await count()).toBe(1_003);
  });

  test("as a dry run checks every line, and stores nothing", async () => {
    const rows: (object | string)[] = rowsOf(1_500);
    rows[4] = "{";
    rows[1_200] = { ...rowOf(1_201), scopes: "repo" };
    const grants = await writeRows("grants.ndjson", rows);

    const { code, stdout } = await run("import", [grants, "--dry-run"]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^line 5: .+\nline 1201: .+ scopes\.\n0 would be stored/);
    expect(await count()).toBe(0);
  });

  test("names the installation that it conflicts with", async () => {
    await importRows(stack, [{ ...rowOf(7), scopes: ["repo"] }]);
    const grants = await writeRows("grants.ndjson", [rowOf(1), rowOf(7)]);

    const { code, stdout } = await run("import", [grants]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^line 2: duplicate_installation: .+ \(inst-[0-9a-f]{32}\)\n/);
  });

  test("imports more than 4 MB in several calls", async () => {
    const rows = rowsOf(900).map((row) => ({ ...row, metadata: { note: '"'.repeat(2_000) } }));
    const grants = await writeRows("grants.ndjson", rows);

    const before = calls();
    const { stdout } = await run("import", [grants]);

    expect(stdout).toMatch(/^900 stored/);
    expect(calls() - before).toBeGreaterThan(1);
  });

  test("verifies rows in calls that are small enough to finish", async () => {
    const grants = await writeRows("grants.ndjson", rowsOf(150));

    const { code, stdout } = await run("import", [grants, "--verify"]);

    expect(code).toBe(1);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(101);
    expect(lines[0]).toMatch(/^line 1: installation_not_verified: /);
    expect(await count()).toBe(0);
  });

  test("reads what the installation store of Bolt stores", async () => {
    const token = "xoxb-CANARYBOLTTOKEN";
    canaries.plant("bot token", token);
    const installation = {
      team: { id: "T0ACME", name: "Acme" },
      user: { id: "U0MIA", token: "xoxp-CANARYUSERTOKEN" },
      bot: { token, scopes: ["chat:write"], id: "B1", userId: "U0BOT" },
    };
    const installs = await writeRows("installs.ndjson", [installation]);

    expect((await run("import", [installs, "--from", "bolt"])).stdout).toMatch(/^1 stored/);
    const bad = await writeRows("bad.ndjson", [installation, { ...installation, bot: undefined }]);
    expect((await run("import", [bad, "--from", "bolt"])).stdout).toMatch(
      /^line 2: This is not a Bolt installation with a bot token\.\n/,
    );
  });

  test.each([
    ["a client ID or without", "bolt"],
    ["its own client ID", "bolt/123.456"],
  ])("D4 reads the file store of Bolt, of %s", async (_, base) => {
    // As FileInstallationStore of @slack/oauth 4.0.0 names its folders.
    const stored = {
      [`${base}T0GLOBEX`]: { team: { id: "T0GLOBEX" } },
      [`${base}/E0GRID-T0GRIDENG`]: { team: { id: "T0GRIDENG" }, enterprise: { id: "E0GRID" } },
      [`${base}/E0GRID`]: { enterprise: { id: "E0GRID" }, isEnterpriseInstall: true },
    };
    for (const [name, organization] of Object.entries(stored)) {
      const token = `xoxb-CANARY${name}`;
      canaries.plant("bot token", token);
      const bot = { token, scopes: ["chat:write"], id: "B1", userId: "U0BOT" };
      const text = JSON.stringify({ ...organization, user: { id: "U0MIA" }, bot });
      await mkdir(file(name), { recursive: true });
      for (const copy of ["app-latest", "user-U0MIA-latest", "app-1764288000000"]) {
        await writeFile(path.join(file(name), copy), text);
      }
    }
    await mkdir(file(`${base}T0GONE`));
    await mkdir(file(`${base}-backup`));
    await writeFile(file(`${base}-backup/app-latest`), "{}");

    const whole = await run("import", [file("bolt"), "--from", "bolt", "--dry-run"]);
    const own = await run("import", [file(base), "--from", "bolt"]);

    expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(/^3 would be stored/) });
    expect(own).toMatchObject({ code: 0, stdout: expect.stringMatching(/^3 stored/) });
    const rows = await sql`select organization_id from installations order by organization_id`;
    expect(rows.map((row) => row.organization_id)).toEqual(["E0GRID", "T0GLOBEX", "T0GRIDENG"]);
  });

  test("D4 names the file of Bolt that is not valid", async () => {
    await mkdir(file("boltT0ACME"));
    await writeFile(file("boltT0ACME/app-latest"), '{"team":{"id":"T0ACME"}}');

    const { code, stdout } = await run("import", [file("bolt"), "--from", "bolt"]);

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^boltT0ACME\/app-latest: This is not a Bolt installation with a bot token\.\n/,
    );
  });

  test.each([
    ["an empty file", "empty.ndjson", [], "contains no installations."],
    ["a folder", ".", [], "is a folder, not a file."],
    ["a missing file", "missing", [], "cannot be read."],
    [
      "a folder without a store",
      ".",
      ["--from", "bolt"],
      "is neither a file nor the folder of a Bolt file store.",
    ],
  ])("D13 refuses %s with one sentence", async (_, name, options, reason) => {
    await writeFile(file("empty.ndjson"), "\n");

    const { code, stdout, stderr } = await run("import", [file(name), ...options]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(`error: ${file(name)} ${reason}\n`);
  });

  test("D13 says what is wrong with a line", async () => {
    const { platform, ...others } = rowOf(1);
    const lines = [{ platform, ...others, gho_CANARY: 1 }, "[]", "\u001f\u008b\b", rowOf(2)];
    const grants = await writeRows("grants.ndjson", lines);

    const { stdout } = await run("import", [grants, "--dry-run"]);

    expect(stdout).toBe(
      "line 1: invalid_request: The line is not valid: it has an unknown field, number 6.\n" +
        "line 2: invalid_request: The line is not a JSON object.\n" +
        "line 3: invalid_request: The line is not a JSON object.\n" +
        "0 would be stored, 0 already stored, 0 verified.\n",
    );
  });

  test("refuses a file without lines", async () => {
    await writeFile(file("array.json"), `[${"1,".repeat(5_000_000)}1]`);

    const { code, stderr } = await run("import", [file("array.json")]);

    expect({ code, stderr }).toEqual({ code: 1, stderr: "error: A line is longer than 8 MB.\n" });
  });

  test("prints its result as JSON, and all else on standard error", async () => {
    const rows: (object | string)[] = [rowOf(1), "{"];
    const grants = await writeRows("grants.ndjson", rows);

    const dry = await run("import", [grants, "--dry-run", "--json"]);
    rows.pop();
    await writeRows("grants.ndjson", rows);
    const stored = await run("import", [grants, "--json"]);

    expect(dry.code).toBe(1);
    expect(JSON.parse(dry.stdout)).toEqual({
      dry_run: true,
      created: 0,
      unchanged: 0,
      verified: 0,
      last_line: 0,
      errors: ["line 2: invalid_request: The line is not a JSON object."],
    });
    expect(stored.code).toBe(0);
    expect(JSON.parse(stored.stdout)).toMatchObject({ dry_run: false, created: 1, last_line: 1 });
  });

  test("stores nothing when npm run takes --dry-run for itself", async () => {
    const grants = await writeRows("grants.ndjson", [rowOf(1)]);

    const { code } = await run("import", [grants], {
      npm_lifecycle_event: "import",
      npm_config_dry_run: "true",
    });

    expect(code).toBe(2);
    expect(await count()).toBe(0);
  });
});
