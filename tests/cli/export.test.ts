import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { CompactEncrypt, importJWK } from "jose";
import { describe, expect, test, vi } from "vitest";
import { createExportFile } from "../../cli/transfer/export-file.ts";
import { createExportKey as createExportKeyFile } from "../../cli/transfer/export-key.ts";
import { createCanaries } from "../cases/canaries.ts";
import { cleanEnvironment, LAUNCHER } from "../support/commands.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { createTransfer } from "../support/transfer.ts";

const transfer = await createTransfer();
const { stack, environment, sql, folder, run, file, rowOf, rowsOf, count } = transfer;

describe("grantkeep export", () => {
  test("writes a file that grantkeep import reads elsewhere, and nobody without the key", async () => {
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

  test("encrypts for an existing key", async () => {
    await importRows(stack, [rowOf(1)]);
    await run("export", ["--out", file("first.export")]);
    const key = file("first.export.key");

    await run("export", ["--out", file("second.export"), "--key", key]);
    const { code } = await run("import", [file("second.export"), "--key", key]);

    expect(code).toBe(0);
    expect(await readdir(folder)).not.toContain("second.export.key");
  });

  test.each(["grants.export", "grants.export.key", "grants.export.partial"])(
    "does not replace the file %s",
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

  test("names what cannot be decrypted, and fails", async () => {
    await importRows(stack, [rowOf(1)]);
    await sql`update installations set access_token = 'v1.k9.AAAA'`;

    const { code, stdout } = await run("export", ["--out", file("grants.export")]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^inst-[0-9a-f]{32} was not exported: /);
  });

  test("of nothing is a file that imports nothing", async () => {
    await run("export", ["--out", file("grants.export")]);

    const { code, stdout } = await run("import", [file("grants.export")]);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "0 stored, 0 already stored, 0 verified.\n",
    });
  });

  test("is imported page by page, with less memory than its size", async () => {
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

  test("that is incomplete, or encrypted for another key, is not imported", async () => {
    await importRows(stack, [rowOf(1)]);
    await run("export", ["--out", file("grants.export")]);
    await run("export", ["--out", file("other.export")]);
    await sql`truncate installations`;
    const other = ["--key", file("other.export.key")];

    const wrongKey = await run("import", [file("grants.export"), ...other]);
    await truncate(file("grants.export"), (await stat(file("grants.export"))).size - 14);
    const cutOff = await run("import", [file("grants.export")]);

    expect(wrongKey).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("does not decrypt"),
    });
    expect(cutOff).toMatchObject({ code: 1, stderr: expect.stringContaining("is incomplete") });
    expect(await count()).toBe(0);
  });

  test.each([
    ["C1 that lacks a page", (pages: string[]) => pages.toSpliced(1, 1), 2],
    ["C1 that has a page twice", (pages: string[]) => pages.toSpliced(1, 0, `${pages[1]}`), 4],
  ])("%s is refused before anything is imported", async (_, change, rows) => {
    const { key, document } = await createExportKeyFile();
    const pages = await Promise.all(
      [1, 2, 3].map(async (index) =>
        new CompactEncrypt(Buffer.from(JSON.stringify(rowOf(index))))
          .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" })
          .encrypt(await importJWK(key.publicKey, "ECDH-ES")),
      ),
    );
    const writer = await createExportFile(file("grants.export"));
    for (const page of change(pages)) await writer.write(page);
    await writer.finish(3, { path: file("grants.export.key"), document });
    await writer.discard();

    const { code, stdout, stderr } = await run("import", [file("grants.export")]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `error: ${file("grants.export")} is incomplete: it contains ${rows} installations, and its last ` +
        "line says 3. Nothing was imported. Export again.\n",
    );
    expect(await count()).toBe(0);
  });

  test("two exports in one file are both imported", async () => {
    for (const index of [1, 2]) {
      await sql`truncate installations`;
      await importRows(stack, [rowOf(index)]);
      const key = index === 1 ? [] : ["--key", file("1.export.key")];
      await run("export", ["--out", file(`${index}.export`), ...key]);
    }
    await sql`truncate installations`;
    const parts = [1, 2].map((index) => readFile(file(`${index}.export`), "utf8"));
    await writeFile(file("both.export"), (await Promise.all(parts)).join(""));

    const { stdout } = await run("import", [file("both.export"), "--key", file("1.export.key")]);

    expect(stdout).toMatch(/^2 stored/);
  });

  test("C10 needs no hard links, which some file systems do not have", async () => {
    await importRows(stack, [rowOf(1)]);
    const withoutLinks = `
      import fs from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      fs.link = async () => { throw Object.assign(new Error("EPERM: link"), { code: "EPERM" }); };
      syncBuiltinESMExports();
    `;

    const { code } = await run("export", ["--out", file("grants.export")], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutLinks)}`,
    });

    expect(code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(["grants.export", "grants.export.key"]);
    expect((await stat(file("grants.export"))).mode & 0o777).toBe(0o600);
  });

  test("C10 is not lost when its name is taken at the end", async () => {
    const writer = await createExportFile(file("grants.export"));
    await writer.write("page");
    await writeFile(file("grants.export"), "precious");

    await expect(writer.finish(1)).rejects.toThrow(
      `grants.export exists already. The export is complete, in ${file("grants.export.partial")}.`,
    );
    await writer.discard();

    expect(await readFile(file("grants.export"), "utf8")).toBe("precious");
    expect(await readFile(file("grants.export.partial"), "utf8")).toBe('page\n{"rows":1}\n');
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "D13 leaves nothing behind after %s",
    async (signal) => {
      stack.aws.fail({ service: "lambda", kind: "hang" });
      const before = stack.aws.calls.length;
      const exporting = spawn(
        process.execPath,
        [LAUNCHER, "export", "--out", file("grants.export")],
        { env: cleanEnvironment(environment), stdio: "ignore" },
      );
      const ended = once(exporting, "exit");
      await vi.waitUntil(() => stack.aws.calls.length > before, { timeout: 20_000 });
      const during = await readdir(folder);
      exporting.kill(signal);
      const [code, by] = await ended;
      stack.aws.fail(undefined);

      expect(during).toEqual(["grants.export.partial"]);
      expect({ code, by }).toEqual({ code: null, by: signal });
      expect(await readdir(folder)).toEqual([]);
    },
  );
});
