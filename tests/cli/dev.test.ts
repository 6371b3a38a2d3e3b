import { spawn } from "node:child_process";
import { on, once } from "node:events";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, expect, onTestFinished, test, vi } from "vitest";
import { type DataFolder, openDataFolder } from "../../local/data-folder.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { recallPort } from "../../local/running-port.ts";
import { createCheckout } from "../support/checkout.ts";
import { cleanEnvironment, killGroup } from "../support/commands.ts";
import { createEmptyDatabase, createTestDatabase } from "../support/database.ts";
import { findFreePorts } from "../support/free-ports.ts";

const { folder: checkout, run, startDev } = await createCheckout();
const database = await createTestDatabase();
/** A program of util-linux that runs another one in a terminal. */
const TERMINAL = "script";
const variables = {
  DATABASE_URL: database.url,
  STATE_KEYRING_SECRET: JSON.stringify(generateKeyRing()),
  TOKEN_KEYRING_SECRET: JSON.stringify(generateKeyRing()),
};

afterAll(database.drop);

afterEach(async () => {
  await rm((await openFolder()).path, { recursive: true });
});

test("grantkeep dev runs until it is interrupted, and commands find its port", async () => {
  const port = await findFreePorts();
  const { process: dev, output } = await startDev(port, variables);

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

test("D11 the printed command of the AWS CLI names the endpoint in its arguments", async () => {
  const port = await findFreePorts();

  const { output, stop } = await startDev(port, variables);
  await stop();

  // Versions of the AWS CLI before 2.13 ignore AWS_ENDPOINT_URL, and would use the real AWS.
  expect(output()).toContain(`aws --endpoint-url http://127.0.0.1:${port + 1} --region us-east-1 `);
  expect(output()).not.toContain("AWS_ENDPOINT_URL");
});

test("D12 grantkeep dev refuses ports that browsers do not connect to", async () => {
  const option = await run(["dev", "--port", "6000"], variables);
  const variable = await run(["dev"], { ...variables, PORT: "5999" });
  const command = await run(["list"], { PORT: "6665" });

  expect(option).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Browsers do not connect to port 6000. Use another port.\n"),
  });
  expect([variable, command]).toEqual([
    {
      code: 1,
      stdout: "",
      stderr:
        "error: Browsers do not connect to port 6000, which local mode on port 5999 would use. " +
        "Use another port.\n",
    },
    {
      code: 1,
      stdout: "",
      stderr: "error: Browsers do not connect to port 6665. Use another port.\n",
    },
  ]);
});

test("D13 grantkeep dev ends with the npm that started it", async () => {
  const port = await findFreePorts();
  const command = `"${process.execPath}" cli/grantkeep.mjs dev --port ${port}; true`;
  const shell = spawn("sh", ["-c", command], {
    detached: true,
    cwd: checkout,
    env: cleanEnvironment({ ...variables, TMPDIR: checkout, npm_lifecycle_event: "dev" }),
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => killGroup(shell));
  const ended = once(shell.stdout, "close");
  shell.stdout.setEncoding("utf8");
  for await (const text of on(shell.stdout, "data")) if (String(text).includes("ready ")) break;

  // As npm does when it gets a signal. The program in the shell gets none.
  shell.kill("SIGTERM");
  await ended;

  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow("fetch failed");
});

test("grantkeep dev names every mistake in the configuration at once, before it starts anything", async () => {
  const file = path.join(checkout, "wrong.config.ts");
  await writeFile(
    file,
    `export default {
      brand: { name: "Patchwork", accent: "canary" },
      redirectUris: ["http://canary.example"],
    };`,
  );

  const outcome = await run(["dev"], { GRANTKEEP_CONFIG: file, SLACK_URL: "canary" });

  expect(outcome).toEqual({
    code: 1,
    stdout: "",
    stderr: `error: The configuration has 3 mistakes:
  brand.accent must be a color such as #4338ca.
  redirectUris[0] must be an https URL, or an http URL on loopback, of at most 512 bytes, without user and fragment.
  The environment variable SLACK_URL must be an https URL, or an http URL on loopback, without user, query and fragment.
`,
  });
});

test("B16 grantkeep dev does not use the database of an earlier version, and says which folder to remove", async () => {
  const folder = await openFolder();
  const server = await startPostgres({ dataDir: folder.database, password: "local" });
  await server.stop();

  const outcome = await run(["dev", "--port", String(await findFreePorts())]);

  expect(outcome).toMatchObject({
    code: 1,
    stderr:
      `error: The folder ${folder.path} was created by an earlier version of Grantkeep, or its file ` +
      "database-password was deleted. There is no upgrade: remove the folder and start again.\n",
  });
});

test("B16 the database has a password of its own, which its printed URL contains", async () => {
  const first = await startDev(await findFreePorts());
  const password = path.join((await openFolder()).path, "database-password");
  const kept = await readFile(password, "utf8");
  await query(first.output(), "create table kept as select 7 as number");
  await first.stop();
  const second = await startDev(await findFreePorts());
  const rows = await query(second.output(), "select number from kept");
  const guessed = query(second.output(), "select 1", "local");

  await expect(guessed).rejects.toMatchObject({ code: "28P01" });
  await second.stop();
  expect(kept).toMatch(/^[0-9a-f]{32}$/);
  expect((await stat(password)).mode & 0o777).toBe(0o600);
  expect(await readFile(password, "utf8")).toBe(kept);
  expect(rows).toEqual([{ number: 7 }]);
});

/** Opens the data folder of the copy, which for root is in its temporary folder. */
async function openFolder(): Promise<DataFolder> {
  vi.stubEnv("TMPDIR", checkout);
  try {
    return await openDataFolder(checkout);
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Runs a statement at the URL that local mode printed. */
async function query(output: string, statement: string, password?: string) {
  const url = new URL(/^ +Database +(\S+)$/m.exec(output)?.[1] ?? "");
  if (password) url.password = password;
  const sql = postgres(url.href, { max: 1 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

test("grantkeep dev prints a sentence for each thing that happens, and --json prints the log lines", async () => {
  const lookUpNobody = async (port: number) =>
    run(["lookup", "slack", "T0NOBODY"], { PORT: String(port) });
  const [port, other] = [await findFreePorts(), await findFreePorts()];
  const human = await startDev(port, variables);
  await lookUpNobody(port);
  await vi.waitFor(() => expect(human.output()).toContain("The lookup failed"));
  await human.stop();
  const raw = await startDev(other, variables, ["--json"]);
  await lookUpNobody(other);
  await vi.waitFor(() => expect(raw.output()).toContain('"Lookups":1'));
  await raw.stop();

  expect(human.output()).toMatch(
    /\n[\d:]+ {2}✗ {2}The lookup failed: installation_not_found {2}slack T0NOBODY {2}npx grantkeep why [0-9a-f-]{36}\n/,
  );
  expect(human.output()).not.toMatch(/^\{/m);
});

test("grantkeep dev says in a sentence that it applied migrations, and nothing when there are none", async () => {
  const [port, empty] = [await findFreePorts(), await createEmptyDatabase()];
  onTestFinished(empty.drop);
  const given = { ...variables, DATABASE_URL: empty.url };

  const first = await startDev(port, given);
  const lines = await run(["logs", "--function", "migrate"]);
  await first.stop();
  const second = await startDev(port, given);
  await second.stop();
  const raw = await startDev(port, given, ["--json"]);
  await raw.stop();

  const sentence = /^[\d:]+ {2}✓ {2}\d+ migrations were applied to the database\n/;
  expect(first.output()).toMatch(sentence);
  expect(lines.stdout).toMatch(/ migrate +\d+ migrations were applied to the database {2}/);
  expect(second.output()).toMatch(/^\nGrantkeep runs on this machine/);
  expect(raw.output()).toMatch(/^\{.+"message":"migrated",.+"applied":\[\],/);
});

test("the log lines of grantkeep dev outlive it, so that why explains what failed before a restart", async () => {
  const first = await startDev(await findFreePorts(), variables);
  await run(["lookup", "slack", "T0BEFORE"]);
  await first.stop();
  const second = await startDev(await findFreePorts(), variables);
  const outcome = await run(["why", "T0BEFORE"]);
  await second.stop();

  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.stdout).toContain("The lookup failed: installation_not_found");
});

test("grantkeep dev starts on the port of the last start, unless that is in use", async () => {
  const port = await findFreePorts();
  await (await startDev(port, variables)).stop();
  const again = await startDev(undefined, variables);
  await again.stop();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port + 2, "127.0.0.1", resolve));
  // Not by a start: another one may have the default port.
  const whileInUse = await recallPort(await openFolder());
  await new Promise((resolve) => server.close(resolve));

  expect(again.output()).toContain(`\nready http://127.0.0.1:${port}\n`);
  expect([whileInUse, await recallPort(await openFolder())]).toEqual([undefined, port]);
});

test("the key o opens the install page in the browser, and Ctrl-C stops grantkeep dev", async () => {
  const port = await findFreePorts();
  const bin = path.join(checkout, "bin");
  const opened = path.join(checkout, "opened");
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, "xdg-open"), `#!/bin/sh\necho "$1" > "${opened}"\n`, {
    mode: 0o755,
  });
  const command = `"${process.execPath}" cli/grantkeep.mjs dev --port ${port}`;
  const terminal = spawn(TERMINAL, ["-qec", command, "/dev/null"], {
    cwd: checkout,
    env: cleanEnvironment({ ...variables, TMPDIR: checkout, PATH: `${bin}:${process.env.PATH}` }),
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => void terminal.kill("SIGKILL"));
  const ended = once(terminal, "exit");
  terminal.stdout.setEncoding("utf8");
  for await (const text of on(terminal.stdout, "data"))
    if (String(text).includes("Press o ")) break;
  terminal.stdout.resume();
  terminal.stdin.write("o");
  const url = await vi.waitFor(() => readFile(opened, "utf8"), 10_000);
  terminal.stdin.write("\u0003");
  const [code] = await ended;

  expect(url).toBe(`http://127.0.0.1:${port}/\n`);
  expect(code).toBe(0);
});
