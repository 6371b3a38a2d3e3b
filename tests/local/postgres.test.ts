import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findAccount } from "../../local/postgres/account.ts";
import { initCluster } from "../../local/postgres/cluster.ts";
import { type LocalPostgres, startPostgres } from "../../local/postgres/postgres.ts";
import { findPrograms } from "../../local/postgres/programs.ts";
import { findFreePort, startServer } from "../../local/postgres/server.ts";

const PASSWORD = "local";

let folder: string;
let dataDir: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "grantkeep-test-"));
  // When the tests run as root, PostgreSQL runs as another user, who must be able to enter the folder.
  await chmod(folder, 0o755);
  dataDir = path.join(folder, "data");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe("local PostgreSQL", { timeout: 60_000 }, () => {
  test("is PostgreSQL 18, on loopback, in UTC", async () => {
    const server = await startPostgres();

    const [settings] = await query(
      server,
      `select
         current_setting('server_version') as version,
         current_setting('listen_addresses') as addresses,
         current_setting('unix_socket_directories') as sockets,
         current_setting('timezone') as timezone`,
    );
    await server.stop();

    expect(settings).toEqual({
      version: "18.4",
      addresses: "127.0.0.1",
      sockets: "",
      timezone: "UTC",
    });
  });

  test("rejects a wrong password", async () => {
    const server = await startPostgres();
    const url = new URL(server.url);
    url.password = "wrong";

    const attempt = query({ url: url.href }, "select 1");

    await expect(attempt).rejects.toMatchObject({ code: "28P01" });
    await server.stop();
  });

  test("uses the settings of the caller", async () => {
    const server = await startPostgres({ settings: { max_connections: "17" } });

    const rows = await query(server, "show max_connections");
    await server.stop();

    expect(rows).toEqual([{ max_connections: "17" }]);
  });

  test("deletes the data of a server without a data folder when it stops", async () => {
    const server = await startPostgres();
    const [row] = await query(server, "select current_setting('data_directory') as directory");

    await server.stop();

    await expect(query(server, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(access(path.dirname(`${row?.directory}`))).rejects.toMatchObject({
      code: "ENOENT",
    });
  });

  test("leaves no data behind when PostgreSQL cannot start", async () => {
    vi.stubEnv("TMPDIR", folder);

    const attempt = startPostgres({ settings: { shared_buffers: "plenty" } });

    await expect(attempt).rejects.toThrow(/invalid value for parameter "shared_buffers"/);
    const left = await readdir(folder);
    expect(left.filter((name) => name.startsWith("grantkeep-data-"))).toEqual([]);
  });

  test("keeps the data of a data folder between runs", async () => {
    const first = await startPostgres({ dataDir, password: PASSWORD });
    await query(first, "create table kept as select 7 as number");
    await first.stop();

    const second = await startPostgres({ dataDir, password: PASSWORD });
    const rows = await query(second, "select number from kept");
    await second.stop();

    expect(rows).toEqual([{ number: 7 }]);
  });

  test("requires a password for a data folder that it keeps", async () => {
    await expect(startPostgres({ dataDir })).rejects.toThrow(/needs a constant password/);
  });

  test("creates a data folder again when its creation was interrupted", async () => {
    await mkdir(path.join(dataDir, "base"), { recursive: true });
    await mkdir(path.join(folder, "data.initdb-killed", "data", "global"), { recursive: true });

    const server = await startPostgres({ dataDir, password: PASSWORD });
    const rows = await query(server, "select 1 as one");
    await server.stop();

    expect(rows).toEqual([{ one: 1 }]);
    expect(await readdir(folder)).toEqual(["data"]);
  });

  test("never deletes files that do not belong to PostgreSQL", async () => {
    await mkdir(dataDir);
    await writeFile(path.join(dataDir, "thesis.txt"), "years of work");

    const attempt = startPostgres({ dataDir, password: PASSWORD });

    await expect(attempt).rejects.toThrow(/thesis\.txt/);
    expect(await readFile(path.join(dataDir, "thesis.txt"), "utf8")).toBe("years of work");
  });

  test("replaces a server whose owner was killed", async () => {
    const owner = await startInProcess(dataDir);
    const orphan = await readPid(dataDir);
    owner.kill("SIGKILL");
    await once(owner, "exit");

    const server = await startPostgres({ dataDir, password: PASSWORD });
    const rows = await query(server, "select 1 as one");
    const successor = await readPid(dataDir);
    await server.stop();

    expect(rows).toEqual([{ one: 1 }]);
    expect(successor).not.toBe(orphan);
  });

  test("does not stop the server of a process that still runs", async () => {
    const owner = await startInProcess(dataDir);

    const attempt = startPostgres({ dataDir, password: PASSWORD });

    await expect(attempt).rejects.toThrow(`is in use by process ${owner.pid}`);
    owner.kill("SIGTERM");
    await once(owner, "exit");
  });

  test("starts when another process has the process id of a crashed server", async () => {
    const first = await startPostgres({ dataDir, password: PASSWORD });
    await first.stop();
    const other = spawn("sleep", ["60"], { ...(await findAccount()), stdio: "ignore" });
    await once(other, "spawn");
    await writeFile(path.join(dataDir, "postmaster.pid"), `${other.pid}\n`);

    const server = await startPostgres({ dataDir, password: PASSWORD });
    const rows = await query(server, "select 1 as one");
    await server.stop();
    other.kill();

    expect(rows).toEqual([{ one: 1 }]);
  });

  test("uses another port when the first one is taken meanwhile", async () => {
    const account = await findAccount();
    const cluster = { account, programs: await findPrograms(account, () => {}), dataDir };
    await initCluster(cluster, PASSWORD, () => {});
    const taken = await findFreePort();
    const free = await findFreePort();
    const ports = [taken, free];
    const squatter = createServer().listen(taken, "127.0.0.1");
    await once(squatter, "listening");

    const server = await startServer(cluster, {}, async () => ports.shift() ?? 0);
    await server.stop();
    squatter.close();

    expect(server.port).toBe(free);
  });
});

async function query({ url }: Pick<LocalPostgres, "url">, statement: string) {
  const sql = postgres(url, { max: 1 });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}

/** Starts a process that starts PostgreSQL, and stops it on a signal. */
async function startInProcess(dataDir: string) {
  const module = new URL("../../local/postgres/postgres.ts", import.meta.url).href;
  const script = `
    import { startPostgres } from ${JSON.stringify(module)};
    const options = ${JSON.stringify({ dataDir, password: PASSWORD })};
    const server = await startPostgres(options);
    process.once("SIGTERM", () => server.stop().then(() => process.exit()));
    process.stdout.write("ready");
  `;
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(owner.stdout, "data");
  return owner;
}

async function readPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(dataDir, "postmaster.pid"), "utf8"), 10);
}
