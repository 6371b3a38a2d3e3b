import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect } from "vitest";
import { createCanaries } from "../cases/canaries.ts";
import { startTestStack } from "./stack.ts";

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stack without installations, and an empty folder, in which files are moved in and out. */
export async function createTransfer() {
  const stack = await startTestStack();
  const { sql } = stack.database;
  const folder = await mkdtemp(path.join(tmpdir(), "gk-transfer-"));
  const canaries = createCanaries();

  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    await sql`truncate installations`;
    for (const name of await readdir(folder)) await rm(path.join(folder, name));
  });

  /** Runs `npm run import` or `npm run export` as a person does, on the stack of the test. */
  function run(
    command: "import" | "export",
    options: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const env = { ...process.env, PORT: String(Number(new URL(stack.aws.url).port) - 1) };
    return new Promise((resolve) => {
      const settings = { env: { ...env, ...environment }, maxBuffer: 10_000_000 };
      execFile(process.execPath, [`cli/${command}.ts`, ...options], settings, (error, out, err) => {
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

  return { stack, sql, folder, canaries, run, file, rowOf, rowsOf, writeRows, count };
}
