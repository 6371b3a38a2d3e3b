import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { cleanEnvironment, killGroup, LAUNCHER } from "../support/commands.ts";

/** Makes this Node say that it is one that cannot load TypeScript. */
const OLD_NODE = `data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.0.0" } })`;

const PROGRAM = `
const [command] = process.argv.slice(2);
if (command === "wait") {
  process.on("SIGTERM", () => process.exit(7));
  setInterval(() => {}, 1_000);
}
process.stdout.write(JSON.stringify(process.argv.slice(2)) + "\\n");
if (command === "die") process.kill(process.pid, "SIGKILL");
process.exitCode = 5;
`;

const folder = await mkdtemp(path.join(tmpdir(), "gk-launcher-"));
const launcher = path.join(folder, "cli", "grantkeep.mjs");

beforeAll(async () => {
  await mkdir(path.join(folder, "cli"));
  for (const name of ["grantkeep.mjs", "node-advice.mjs", "node-version.mjs"]) {
    await cp(path.join(path.dirname(LAUNCHER), name), path.join(folder, "cli", name));
  }
  await writeFile(path.join(folder, "cli", "program.ts"), PROGRAM);
});

afterAll(() => rm(folder, { recursive: true }));

function start(...args: string[]) {
  const child = spawn(process.execPath, ["--import", OLD_NODE, launcher, ...args], {
    env: cleanEnvironment({}),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

async function run(...args: string[]) {
  const { child, output } = start(...args);
  const [code, signal] = await once(child, "close");
  return { code, signal, output: output() };
}

test("an old Node without another one says what is required", async () => {
  expect(await run("list")).toEqual({
    code: 1,
    signal: null,
    output: expect.stringMatching(/^Grantkeep requires Node 24 or later; this is v[\d.]+\. .+\n$/),
  });
});

test("an old Node continues on the one that npm installed", async () => {
  await installNode();

  const finished = await run("list", "--json", "a b");
  const killed = await run("die");
  const { child, output } = start("wait");
  while (!output().includes("wait")) await once(child.stdout, "data");
  child.kill("SIGTERM");
  const [code] = await once(child, "close");

  expect(finished).toEqual({ code: 5, signal: null, output: '["list","--json","a b"]\n' });
  expect(killed).toMatchObject({ code: null, signal: "SIGKILL" });
  expect(code).toBe(7);
});

test("D13 a command on the installed Node ends with the npm that started it", async () => {
  await installNode();
  const command = `"${process.execPath}" --import '${OLD_NODE}' "${launcher}" wait; true`;
  const shell = spawn("sh", ["-c", command], {
    detached: true,
    env: cleanEnvironment({ npm_lifecycle_event: "dev" }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => killGroup(shell));
  const ended = once(shell.stdout, "close");
  await once(shell.stdout, "data");

  shell.kill("SIGTERM");

  await ended;
});

/** Puts this Node where npm puts the package of a Node. */
async function installNode(): Promise<void> {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const root = path.join(folder, "node_modules", name);
  await rm(root, { recursive: true, force: true });
  await mkdir(path.join(root, "bin"), { recursive: true });
  await writeFile(path.join(root, "package.json"), JSON.stringify({ name, version: "24.0.0" }));
  await symlink(process.execPath, path.join(root, "bin", "node"));
}
