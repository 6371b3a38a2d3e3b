import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect } from "vitest";
import { createCanaries } from "../cases/canaries.ts";
import { type Outcome, runCommand, startCommandStack } from "./commands.ts";
import { emptyTables } from "./empty-tables.ts";

/** Returns a stack without installations, and an empty folder for import and export files. */
export async function createTransfer() {
  const { stack, environment: local } = await startCommandStack();
  const { sql } = stack.database;
  const folder = await mkdtemp(path.join(tmpdir(), "gk-transfer-"));
  const canaries = createCanaries();

  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    await emptyTables(sql, "installations");
    for (const name of await readdir(folder)) {
      await rm(path.join(folder, name), { recursive: true });
    }
  });

  /** Runs `grantkeep import` or `grantkeep export` on the stack of the test. */
  async function run(
    command: "import" | "export",
    options: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const outcome = await runCommand([command, ...options], { ...local, ...environment });
    expect(canaries.foundIn(outcome.stdout + outcome.stderr)).toEqual([]);
    return outcome;
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

  return {
    stack,
    environment: local,
    sql,
    folder,
    canaries,
    run,
    file,
    rowOf,
    rowsOf,
    writeRows,
    count,
  };
}
