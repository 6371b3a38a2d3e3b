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

test("a folder that only its owner can write to is private", async () => {
  await chmod(folder, 0o755);
  expect(await isPrivateFolder(folder, UID)).toBe(true);
});

test("a folder that does not exist is not private", async () => {
  expect(await isPrivateFolder(path.join(folder, "none"), UID)).toBe(false);
});

test("a folder of another user is rejected", async () => {
  await expect(isPrivateFolder(folder, UID + 1)).rejects.toThrow("belongs to another user");
});

test.each(["720", "702", "777"])(
  "a folder that others can write to (%s) is rejected",
  async (mode) => {
    await chmod(folder, mode);
    await expect(isPrivateFolder(folder, UID)).rejects.toThrow("belongs to another user");
  },
);

test("a link to a private folder is rejected", async () => {
  const link = path.join(folder, "link");
  await symlink(folder, link);
  await expect(isPrivateFolder(link, UID)).rejects.toThrow("belongs to another user");
});
