import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CompactEncrypt, importJWK } from "jose";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createExportFile } from "../../local/transfer/export-file.ts";
import { createExportKey as createExportKeyFile } from "../../local/transfer/export-key.ts";
import { createCanaries } from "../cases/canaries.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { sql } = stack.database;
const folder = await mkdtemp(path.join(tmpdir(), "gk-transfer-"));
const canaries = createCanaries();

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  await sql`truncate installations`;
  for (const name of await readdir(folder)) await rm(path.join(folder, name));
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run import` or `npm run export` as a person does, on the stack of the test. */
function run(
  command: "import" | "export",
  options: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const env = { ...process.env, PORT: String(Number(new URL(stack.aws.url).port) - 1) };
  return new Promise((resolve) => {
    const settings = { env: { ...env, ...environment }, maxBuffer: 10_000_000 };
    execFile(process.execPath, [`local/${command}.ts`, ...options], settings, (error, out, err) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      expect(canaries.foundIn(out + err)).toEqual([]);
      resolve({ code, stdout: out, stderr: err });
    });
  });
}

function file(name: string): string {
  return path.join(folder, name);
}

function rowOf(index: number) {
  const access_token = `gho_CANARY${String(index).padStart(8, "0")}`;
  canaries.plant("access token", access_token);
  return {
    platform: "github",
    organization_id: String(index),
    organization_name: `org-${index}`,
    access_token,
    installed_by: "mona",
  };
}

function rowsOf(count: number) {
  return Array.from({ length: count }, (_, index) => rowOf(index + 1));
}

async function writeRows(name: string, rows: readonly (object | string)[]): Promise<string> {
  const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
  await writeFile(file(name), `${lines.join("\n")}\n`);
  return file(name);
}

async function count(): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int from installations`;
  return row.count;
}

describe("npm run import", () => {
  test("imports a file call by call, and again finds it done", async () => {
    const grants = await writeRows("grants.ndjson", rowsOf(2_500));

    const first = await run("import", [grants]);
    const again = await run("import", [grants]);

    expect(first).toMatchObject({
      code: 0,
      stdout: "2500 stored, 0 there already, 0 verified.\n",
      stderr: "line 1000\nline 2000\nline 2500\n",
    });
    expect(again.stdout).toBe("0 stored, 2500 there already, 0 verified.\n");
    expect(await count()).toBe(2_500);
  });

  test("names the lines of the file that are bad, and how to go on", async () => {
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
        "line 1003: invalid_request: The line is not valid.\n" +
        "1000 stored, 0 there already, 0 verified.\n",
      stderr: expect.stringContaining("go on with --after 1000\n"),
    });
    expect(resumed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^3 stored, 0 there/) });
    expect(await count()).toBe(1_003);
  });

  test("as a dry run reads on after what is bad, and stores nothing", async () => {
    const rows: (object | string)[] = rowsOf(1_500);
    rows[4] = "{";
    rows[1_200] = { ...rowOf(1_201), scopes: "repo" };
    const grants = await writeRows("grants.ndjson", rows);

    const { code, stdout } = await run("import", [grants, "--dry-run"]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^line 5: .+\nline 1201: .+ scopes\.\n0 would be stored/);
    expect(await count()).toBe(0);
  });

  test("names the installation that stands in the way", async () => {
    await importRows(stack, [{ ...rowOf(7), scopes: ["repo"] }]);
    const grants = await writeRows("grants.ndjson", [rowOf(1), rowOf(7)]);

    const { code, stdout } = await run("import", [grants]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^line 2: duplicate_installation: .+ It is inst-[0-9a-f]{32}\.\n/);
  });

  test("takes rows of 4 MB in all in more than one call", async () => {
    const rows = rowsOf(900).map((row) => ({ ...row, metadata: { note: '"'.repeat(2_000) } }));
    const grants = await writeRows("grants.ndjson", rows);

    const { stdout, stderr } = await run("import", [grants]);

    expect(stdout).toMatch(/^900 stored/);
    expect(stderr.trim().split("\n").length).toBeGreaterThan(1);
  });

  test("verifies rows in calls that end in time", async () => {
    const grants = await writeRows("grants.ndjson", rowsOf(150));

    const { code, stdout } = await run("import", [grants, "--verify"]);

    expect(code).toBe(1);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(101);
    expect(lines[0]).toMatch(/^line 1: installation_not_verified: /);
    expect(await count()).toBe(0);
  });

  test("reads what Bolt's installation store keeps", async () => {
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
      /^line 2: It is no installation of Bolt that has a bot token\.\n/,
    );
  });

  test("asks the functions of a deployed stage, with the credentials of the AWS CLI", async () => {
    const grants = await writeRows("grants.ndjson", [rowOf(1)]);
    const before = stack.aws.calls.length;

    const { code } = await run("import", [grants, "--stage", "production"], {
      AWS_ENDPOINT_URL: stack.aws.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    });

    expect(code).toBe(1);
    expect(stack.aws.calls.slice(before).map(({ resource }) => resource)).toEqual([
      "grantkeep-production-import",
    ]);
  });

  test("refuses a file that has no lines", async () => {
    await writeFile(file("array.json"), `[${"1,".repeat(5_000_000)}1]`);

    const { code, stderr } = await run("import", [file("array.json")]);

    expect({ code, stderr }).toEqual({ code: 1, stderr: "A line is longer than 8 MB.\n" });
  });

  test.each([
    ["no file", []],
    ["two files", ["a", "b"]],
    ["an option that is not known", ["a", "--force"]],
    ["a source that is not known", ["a", "--from", "csv"]],
    ["a line that is no number", ["a", "--after", "x"]],
  ])("says how it is used when there is %s", async (_, options) => {
    const { code, stderr } = await run("import", options);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: npm run import/);
  });
});

describe("npm run export", () => {
  test("writes a file that npm run import reads elsewhere, and nobody without the key", async () => {
    const metadata = { note: "n".repeat(3_000) };
    for (const start of [0, 700]) {
      await importRows(
        stack,
        rowsOf(1_400)
          .slice(start, start + 700)
          .map((row) => ({ ...row, metadata })),
      );
    }
    const key = await createExportKey();
    const before = await exportPage(stack, key);
    const out = file("grants.export");

    const exported = await run("export", ["--out", out]);
    await sql`truncate installations`;
    const imported = await run("import", [out]);

    expect(exported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1400 inst/) });
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1400 stored/) });
    expect((await exportPage(stack, key)).content).toEqual(before.content);
    expect((await readdir(folder)).sort()).toEqual(["grants.export", "grants.export.key"]);
    for (const name of await readdir(folder)) {
      expect((await stat(file(name))).mode & 0o777, name).toBe(0o600);
    }
    const few = createCanaries();
    for (const index of [1, 700, 1_400]) few.plant("access token", rowOf(index).access_token);
    expect(few.foundIn(await readFile(out, "utf8"))).toEqual([]);
  });

  test("encrypts for a key that is there already", async () => {
    await importRows(stack, [rowOf(1)]);
    await run("export", ["--out", file("first.export")]);
    const key = file("first.export.key");

    await run("export", ["--out", file("second.export"), "--key", key]);
    const { code } = await run("import", [file("second.export"), "--key", key]);

    expect(code).toBe(0);
    expect(await readdir(folder)).not.toContain("second.export.key");
  });

  test.each(["grants.export", "grants.export.key", "grants.export.partial"])(
    "replaces no file %s",
    async (name) => {
      await writeFile(file(name), "precious");
      const before = stack.aws.calls.length;

      const { code } = await run("export", ["--out", file("grants.export")]);

      expect(code).toBe(1);
      expect(await readFile(file(name), "utf8")).toBe("precious");
      expect(await readdir(folder)).toEqual([name]);
      expect(stack.aws.calls).toHaveLength(before);
    },
  );

  test("leaves nothing behind when it fails", async () => {
    stack.aws.fail({ service: "lambda", kind: "internal" });

    const { code } = await run("export", ["--out", file("grants.export")]);
    stack.aws.fail(undefined);

    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test("names what does not open, and exits as a failure", async () => {
    await importRows(stack, [rowOf(1)]);
    await sql`update installations set access_token = 'v1.k9.AAAA'`;

    const { code, stdout } = await run("export", ["--out", file("grants.export")]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^inst-[0-9a-f]{32} stays behind/);
  });

  test("of nothing is a file that imports nothing", async () => {
    await run("export", ["--out", file("grants.export")]);

    const { code, stdout } = await run("import", [file("grants.export")]);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "0 stored, 0 there already, 0 verified.\n",
    });
  });

  test("is read page by page: it may be larger than the memory of who imports it", async () => {
    const { key, document } = await createExportKeyFile();
    const page = await new CompactEncrypt(Buffer.from(`${" ".repeat(2_900_000)}\n{}`))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" })
      .encrypt(await importJWK(key.publicKey, "ECDH-ES"));
    const writer = await createExportFile(file("large.export"));
    for (let pages = 0; pages < 40; pages += 1) await writer.write(page);
    await writer.finish(80, { path: file("large.export.key"), document });
    await writer.discard();

    const { code } = await run("import", [file("large.export"), "--after", "80"], {
      NODE_OPTIONS: "--max-old-space-size=64",
    });

    expect((await stat(file("large.export"))).size).toBeGreaterThan(150_000_000);
    expect(code).toBe(0);
  });

  test("that is cut off, or of another key, is not imported", async () => {
    await importRows(stack, [rowOf(1)]);
    await run("export", ["--out", file("grants.export")]);
    await run("export", ["--out", file("other.export")]);
    await sql`truncate installations`;
    const other = ["--key", file("other.export.key")];

    const wrongKey = await run("import", [file("grants.export"), ...other]);
    await truncate(file("grants.export"), (await stat(file("grants.export"))).size - 14);
    const cutOff = await run("import", [file("grants.export")]);

    expect(wrongKey).toMatchObject({ code: 1, stderr: expect.stringContaining("does not open") });
    expect(cutOff).toMatchObject({ code: 1, stderr: expect.stringContaining("is cut off") });
    expect(await count()).toBe(0);
  });
});
