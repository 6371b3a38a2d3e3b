import { readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { CompactEncrypt, importJWK } from "jose";
import { describe, expect, test } from "vitest";
import { createExportFile } from "../../cli/transfer/export-file.ts";
import { createExportKey as createExportKeyFile } from "../../cli/transfer/export-key.ts";
import { createCanaries } from "../cases/canaries.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { createTransfer } from "../support/transfer.ts";

const { stack, sql, folder, run, file, rowOf, rowsOf, count } = await createTransfer();

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
});
