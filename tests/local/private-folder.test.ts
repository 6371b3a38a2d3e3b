import { chmod, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isPrivateFolder } from "../../local/private-folder.ts";

const UID = process.getuid?.() ?? 0;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "private-folder-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("a folder that only its owner can change is private", async () => {
  await chmod(folder, 0o755);
  expect(await isPrivateFolder(folder, UID)).toBe(true);
});

test("a folder that is not there is no private folder", async () => {
  expect(await isPrivateFolder(path.join(folder, "none"), UID)).toBe(false);
});

test("a folder of somebody else is refused", async () => {
  await expect(isPrivateFolder(folder, UID + 1)).rejects.toThrow("was not made by this user");
});

test.each(["720", "702", "777"])(
  "a folder that others can change (%s) is refused",
  async (mode) => {
    await chmod(folder, mode);
    await expect(isPrivateFolder(folder, UID)).rejects.toThrow("was not made by this user");
  },
);

test("a link to a private folder is refused", async () => {
  const link = path.join(folder, "link");
  await symlink(folder, link);
  await expect(isPrivateFolder(link, UID)).rejects.toThrow("was not made by this user");
});
