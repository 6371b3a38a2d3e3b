import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { cleanEnvironment, type Outcome, runProcess } from "./commands.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");

/** The files that local mode loads. */
const SOURCES = [
  "cli",
  "console",
  "core",
  "emulators",
  "functions",
  "grantkeep.config.ts",
  "infra",
  "local",
  "migrations",
  "package.json",
];

/** A copy of the repository, whose data folder is apart from the developer's. */
export interface Checkout {
  readonly folder: string;
  /** Runs a command of the copy. */
  run(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** Starts local mode from the copy, and waits until it is ready. */
  startDev(
    port: number | undefined,
    environment?: NodeJS.ProcessEnv,
    options?: readonly string[],
  ): Promise<RunningDev>;
}

interface RunningDev {
  readonly process: ChildProcess;
  /** Returns what it has printed. */
  output(): string;
  /** Interrupts it, and waits for its end. */
  stop(): Promise<void>;
}

/** Creates a copy of the repository for a test file. */
export async function createCheckout(): Promise<Checkout> {
  const folder = await mkdtemp(path.join(tmpdir(), "gk-checkout-"));
  afterAll(() => rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 }));
  // As root, PostgreSQL runs as another user, who must be able to enter the folder.
  await chmod(folder, 0o755);
  for (const name of SOURCES) {
    await cp(path.join(REPOSITORY, name), path.join(folder, name), { recursive: true });
  }
  await symlink(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"));
  const launcher = path.join(folder, "cli", "grantkeep.mjs");
  // As root, the data folder is in the temporary folder.
  const own = { TMPDIR: folder };

  return {
    folder,
    run: (args, environment = {}) =>
      runProcess(process.execPath, [launcher, ...args], { ...own, ...environment }),

    async startDev(port, environment = {}, options = []) {
      const chosen = port === undefined ? [] : ["--port", String(port)];
      const dev = spawn(process.execPath, [launcher, "dev", ...chosen, ...options], {
        env: cleanEnvironment({ ...own, ...environment }),
        stdio: ["ignore", "pipe", "inherit"],
      });
      onTestFinished(() => void dev.kill("SIGKILL"));
      let output = "";
      dev.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      const ended = once(dev, "exit");
      const failed = ended.then(() => Promise.reject(new Error(`It did not start: ${output}`)));
      failed.catch(() => {});
      while (!output.includes("\nready ")) await Promise.race([once(dev.stdout, "data"), failed]);
      return {
        process: dev,
        output: () => output,
        async stop() {
          dev.kill("SIGINT");
          await ended;
        },
      };
    },
  };
}
