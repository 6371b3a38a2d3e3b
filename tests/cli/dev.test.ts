import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openDataFolder } from "../../local/data-folder.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { cleanEnvironment, findFreePorts, runProcess } from "../support/commands.ts";
import { createOldTables, createTestDatabase } from "../support/database.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");
/** The files that local mode loads. A copy has a data folder of its own, apart from the developer's. */
const SOURCES = [
  "cli",
  "core",
  "emulators",
  "functions",
  "infra",
  "local",
  "migrations",
  "package.json",
];

const checkout = await mkdtemp(path.join(tmpdir(), "gk-checkout-"));
const database = await createTestDatabase();
const variables = {
  DATABASE_URL: database.url,
  STATE_KEYRING_SECRET: JSON.stringify(generateKeyRing()),
  TOKEN_KEYRING_SECRET: JSON.stringify(generateKeyRing()),
  // As root, the data folder is in the temporary folder.
  TMPDIR: checkout,
};

beforeAll(async () => {
  // As root, PostgreSQL runs as another user, who must be able to enter the folder.
  await chmod(checkout, 0o755);
  for (const name of SOURCES) {
    await cp(path.join(REPOSITORY, name), path.join(checkout, name), { recursive: true });
  }
  await symlink(path.join(REPOSITORY, "node_modules"), path.join(checkout, "node_modules"));
});

afterAll(async () => {
  await database.drop();
  await rm(checkout, { recursive: true });
});

const launcher = path.join(checkout, "cli", "grantkeep.mjs");

function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return runProcess(process.execPath, [launcher, ...args], { TMPDIR: checkout, ...environment });
}

async function startDev(port: number): Promise<{ dev: ChildProcess; output: () => string }> {
  const dev = spawn(process.execPath, [launcher, "dev", "--port", String(port)], {
    env: cleanEnvironment(variables),
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void dev.kill("SIGKILL"));
  let output = "";
  dev.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  while (!output.includes("\nready ")) await once(dev.stdout, "data");
  return { dev, output: () => output };
}

test("grantkeep dev runs until it is interrupted, and commands find its port", async () => {
  const port = await findFreePorts();
  const { dev, output } = await startDev(port);

  const found = await run(["list"]);
  const elsewhere = await run(["list"], { PORT: String(port + 10) });
  const second = await run(["dev", "--port", String(port)], variables);
  // A terminal sends it to the whole group, and a launcher passes it on.
  dev.kill("SIGINT");
  dev.kill("SIGINT");
  const [code] = await once(dev, "exit");
  const stopped = await run(["list"], { PORT: String(port + 10) });

  expect(output()).toContain("npx grantkeep lookup github 583231\n");
  expect(output()).toMatch(new RegExp(`\nready http://127\\.0\\.0\\.1:${port}\n`));
  expect(found).toEqual({ code: 0, stdout: "", stderr: "There are no installations.\n" });
  expect(elsewhere.stderr).toBe(
    `error: Grantkeep runs on port ${port}, but PORT is set to ${port + 10}. Unset PORT.\n`,
  );
  expect(second).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(`^error: Port ${port} is in use\\. .+--port 4000\n$`),
  });
  expect(code).toBe(0);
  expect(stopped.stderr).toBe(
    `error: Grantkeep is not running on port ${port + 10}. Start it: npx grantkeep dev\n`,
  );
});

test("grantkeep dev with a database of its own requires key rings that are kept", async () => {
  const outcome = await run(["dev"], { DATABASE_URL: database.url });

  expect(outcome).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^error: With DATABASE_URL, set STATE_KEYRING_SECRET and /),
  });
});

test("grantkeep dev does not touch the data of Grantkeep 0.1, and says which folder to remove", async () => {
  vi.stubEnv("TMPDIR", checkout);
  const folder = await openDataFolder(checkout);
  vi.unstubAllEnvs();
  const server = await startPostgres({ dataDir: folder.database, password: "local" });
  const sql = postgres(server.url, { max: 1 });
  await createOldTables(sql);
  await sql.end();
  await server.stop();

  const outcome = await run(["dev", "--port", String(await findFreePorts())]);

  expect(outcome).toMatchObject({
    code: 1,
    stderr:
      "error: This database has the schema of Grantkeep 0.1. There is no upgrade: " +
      `remove the folder ${folder.path} and start again.\n`,
  });
});
