import { glob, readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { INSTALLATION_KINDS, PLATFORM_NAMES } from "../../core/platforms.ts";

const ROOT = new URL("../../", import.meta.url);

/** The files that the folder of every platform has. */
const FILES = ["api.ts", "errors.ts", "platform.ts", "settings.ts", "token-endpoint.ts"];

/** A comparison with the name or the kind of one platform. */
const COMPARISON = new RegExp(
  `([!=]==?|\\bcase) ["'](${[...PLATFORM_NAMES, ...INSTALLATION_KINDS].join("|")})["']`,
);

describe.each(PLATFORM_NAMES)("%s", (name) => {
  test("has a folder with the same files as the other platforms", async () => {
    const files = await readdir(new URL(`core/providers/${name}`, ROOT));

    expect(files).toEqual(expect.arrayContaining(FILES));
  });

  test("has an emulator, and a contract test that runs against it", async () => {
    const emulators = await readdir(new URL("emulators", ROOT));
    const suites = await readdir(new URL("tests/contract", ROOT));

    expect(emulators).toContain(name);
    expect(suites).toContainEqual(expect.stringMatching(`^${name}.*\\.test\\.ts$`));
  });
});

test("no code outside a platform's folder compares with its name or its kinds", async () => {
  const found: string[] = [];
  for await (const file of glob("{core,functions,infra,cli,local}/**/*.ts", {
    cwd: fileURLToPath(ROOT),
  })) {
    const text = await readFile(new URL(file, ROOT), "utf8");
    if (COMPARISON.test(text)) found.push(file);
  }

  expect(found).toEqual([]);
});
