import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { captureOutput, watchOutput } from "../../local/logs/function-output.ts";
import { createLogStore, openLogStore } from "../../local/logs/log-store.ts";

const folder = await mkdtemp(path.join(tmpdir(), "gk-logs-"));

afterAll(() => rm(folder, { recursive: true }));

test("log lines outlive a restart, in a file that only its owner can read", async () => {
  const file = path.join(folder, "kept.ndjson");
  openLogStore(file).add("tick", '{"n":1}');
  await appendFile(file, '{"id":"cut off');
  const again = openLogStore(file);

  expect(again.lines).toMatchObject([{ functionName: "tick", message: '{"n":1}' }]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("the file of log lines has a limit, beyond which the oldest half is dropped", async () => {
  const file = path.join(folder, "limited.ndjson");
  const store = openLogStore(file, 100);
  const message = (n: number) => JSON.stringify({ n, text: "x".repeat(10) });
  for (let n = 10; n < 99; n += 1) store.add("tick", message(n));

  const text = await readFile(file, "utf8");
  const kept = openLogStore(file, 100).lines;
  expect(text.length).toBeLessThan(1_000);
  expect(kept).toEqual(store.lines);
  expect(kept.at(-1)?.message).toBe(message(98));
  expect(kept.reduce((sum, line) => sum + line.message.length, 0)).toBeLessThanOrEqual(100);
});

test("only JSON objects that a function writes are kept, under the name of that function", async () => {
  const written: string[] = [];
  const { stdout } = process;
  const before = stdout.write;
  stdout.write = (chunk) => {
    written.push(String(chunk));
    return true;
  };
  const store = createLogStore();
  const stop = watchOutput();
  const onLine = store.add;
  await Promise.all(
    ["tick", "sweep"].map((functionName) =>
      captureOutput({ functionName, onLine }, async () => {
        await Promise.resolve();
        stdout.write(`{"of":"${functionName}"}\n{"second":1}\n`);
        stdout.write("PostgresError: canary\n");
        stdout.write("{canary\n");
      }),
    ),
  );
  stdout.write('{"outside":"canary"}\n');
  stop();
  stdout.write = before;

  const kept = store.lines.map(({ functionName, message }) => [functionName, message]);
  expect(kept).toEqual([
    ["tick", '{"of":"tick"}'],
    ["tick", '{"second":1}'],
    ["sweep", '{"of":"sweep"}'],
    ["sweep", '{"second":1}'],
  ]);
  expect(written).toHaveLength(7);
});
