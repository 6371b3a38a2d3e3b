import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDataFolder } from "../../local/data-folder.ts";

/** Creates the folder of a new checkout. */
async function open() {
  const checkout = await mkdtemp(path.join(tmpdir(), "checkout-"));
  const folder = await openDataFolder(checkout);
  const kept = path.dirname(folder.database);
  onTestFinished(async () => {
    await rm(kept, { recursive: true });
    await rm(checkout, { recursive: true, force: true });
  });
  return { folder, kept, again: () => openDataFolder(checkout) };
}

test("a file is created once, and only its owner can read it", async () => {
  const { folder, kept, again } = await open();
  const first = await folder.keep("ring.json", async () => "first");
  const second = await (await again()).keep("ring.json", async () => "second");

  expect([first, second]).toEqual(["first", "first"]);
  expect([await folder.has("ring.json"), await folder.has("other.json")]).toEqual([true, false]);
  const { mode, mtime } = await stat(path.join(kept, "ring.json"));
  expect(mode & 0o777).toBe(0o600);
  expect(await folder.changedAt("ring.json")).toEqual(mtime);
});

test("a replaced file is complete at the next start, and only its owner can read it", async () => {
  const { folder, kept, again } = await open();
  await folder.keep("ring.json", async () => "first");
  await folder.replace("ring.json", "rotated");

  const next = await (await again()).keep("ring.json", async () => "second");

  expect(next).toBe("rotated");
  expect((await stat(path.join(kept, "ring.json"))).mode & 0o777).toBe(0o600);
  expect(await readdir(kept)).toEqual(["ring.json"]);
});
