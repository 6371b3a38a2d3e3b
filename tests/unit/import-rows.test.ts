import * as v from "valibot";
import { expect, test } from "vitest";
import type { Invoke } from "../../cli/target/target.ts";
import type { Row } from "../../cli/transfer/import-file.ts";
import { type ImportOptions, importRows } from "../../cli/transfer/import-rows.ts";

const PLAIN: ImportOptions = { verify: false, dryRun: false };
const Request = v.object({ ndjson: v.string() });

async function* rowsOf(count: number): AsyncGenerator<Row> {
  for (let line = 1; line <= count; line += 1) yield { line, text: `{"row":${line}}` };
}

async function importAll(invoke: Invoke, count: number, options: ImportOptions) {
  const progress = [];
  for await (const step of importRows(invoke, rowsOf(count), options)) progress.push(step);
  return progress;
}

/** An `import` with time for so many rows, which keeps what it took of each call. */
function hurried(maxRows: number) {
  const calls: number[] = [];
  const invoke: Invoke = async (_, request) => {
    const rows = v.parse(Request, request).ndjson.split("\n");
    calls.push(rows.length);
    const errors = rows.slice(maxRows).map((_row, index) => ({
      line: maxRows + index + 1,
      error: "retry_later",
      error_description: "There was no time left.",
    }));
    const created = errors.length > 0 ? 0 : rows.length;
    return {
      ok: true,
      payload: { dry_run: false, created, unchanged: 0, verified: created, errors },
    };
  };
  return { invoke, calls };
}

test("sends fewer rows a call when there is no time for so many", async () => {
  const { invoke, calls } = hurried(30);

  const progress = await importAll(invoke, 100, { verify: true, dryRun: false });

  expect(calls).toEqual([100, 50, 25, 25, 50, 25, 25]);
  expect(progress.map(({ created, lastLine }) => ({ created, lastLine }))).toEqual([
    { created: 25, lastLine: 25 },
    { created: 25, lastLine: 50 },
    { created: 25, lastLine: 75 },
    { created: 25, lastLine: 100 },
  ]);
});

test("gives up when there is no time for one row, and goes on to no other", async () => {
  const { invoke, calls } = hurried(0);

  const progress = await importAll(invoke, 4, PLAIN);

  expect(calls).toEqual([4, 2, 1]);
  expect(progress).toMatchObject([
    { created: 0, errors: ["line 1: retry_later: There was no time left."] },
  ]);
});

test("ends where a call fails as a whole", async () => {
  const { invoke } = hurried(1_000);
  let calls = 0;
  const failing: Invoke = async (name, request) => {
    calls += 1;
    if (calls === 1) return invoke(name, request);
    return { ok: false, failure: { errorType: "server_error", errorMessage: "It is broken." } };
  };

  await expect(importAll(failing, 5_000, PLAIN)).rejects.toThrow("It is broken. (server_error)");
  expect(calls).toBe(2);
});

test("sends fewer rows when the database takes too long over so many, and ends when it takes none", async () => {
  const { invoke, calls } = hurried(1_000);
  const slow = (maxRows: number): Invoke => {
    return async (name, request) => {
      const isTooMuch = v.parse(Request, request).ndjson.split("\n").length > maxRows;
      const failure = { errorType: "retry_later", errorMessage: "Not now." };
      return isTooMuch ? { ok: false, failure } : invoke(name, request);
    };
  };

  await importAll(slow(300), 1_000, PLAIN);

  expect(calls).toEqual([250, 250, 250, 250]);
  await expect(importAll(slow(0), 1_000, PLAIN)).rejects.toThrow("retry_later");
});
