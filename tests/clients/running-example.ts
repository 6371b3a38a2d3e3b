import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { expect, onTestFinished } from "vitest";
import { cleanEnvironment, killGroup } from "../support/commands.ts";
import { findFreePorts } from "../support/free-ports.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** The URL of the bot in each README, which the tests replace by one that is free. */
const BOT_URL = "http://127.0.0.1:4000";

const STOP_MS = 60_000;

const Events = v.object({ events: v.array(v.looseObject({ "detail-type": v.string() })) });

/** An example and local mode, as two terminals run them. */
export interface RunningExample {
  readonly url: string;
  readonly platformsUrl: string;
  /** Moves the time of the platforms forward, as the README says. The example's own clock goes on as before. */
  letHourPass(): Promise<void>;
  /** Sends an event to the example again, as EventBridge may, and waits until it was handled. */
  deliverAgain(type: string): Promise<void>;
}

/**
 * Runs the commands in the README of an example: `npm run dev` in a copy of the repository, then the start of the
 * example. Only the ports are others.
 */
export async function startExample(
  name: string,
  checkout: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningExample> {
  const folder = path.join(ROOT, "examples", name);
  const { dev, start } = await readCommands(folder);
  const port = await findFreePorts();
  const botPort = await findFreePorts();
  const botUrl = `http://127.0.0.1:${botPort}`;
  const awsUrl = `http://127.0.0.1:${port + 1}`;

  const local = run(dev.replace(BOT_URL, botUrl), checkout, {
    ...npmSettings(checkout),
    PORT: String(port),
    // As root, the data folder is in the temporary folder.
    TMPDIR: checkout,
  });
  await local.until(async () => local.output().includes("\nready "));
  const example = run(start, folder, {
    ...npmSettings(checkout),
    PORT: String(botPort),
    AWS_ENDPOINT_URL: awsUrl,
    ...environment,
  });
  await example.until(() => isListening(botUrl));

  const platformsUrl = `http://127.0.0.1:${port + 2}`;
  return {
    url: `http://127.0.0.1:${port}`,
    platformsUrl,
    async letHourPass() {
      const body = JSON.stringify({ seconds: 3_600 });
      const response = await fetch(`${platformsUrl}/_control/time`, { method: "POST", body });
      expect(response.ok).toBe(true);
    },
    async deliverAgain(type) {
      const { events } = v.parse(Events, await (await fetch(`${awsUrl}/_events`)).json());
      const event = events.find((one) => one["detail-type"] === type);
      expect(event).toBeDefined();
      const response = await fetch(botUrl, { method: "POST", body: JSON.stringify(event) });
      expect(response.status).toBe(204);
    },
  };
}

/**
 * Returns the variables with which `python3` has boto3 and finds the client, without an install of either.
 *
 * @throws {Error} that says what to install
 */
export function findPython(): NodeJS.ProcessEnv {
  const { PATH = "" } = process.env;
  // The libraries of Debian are for its own Python only.
  const found = [PATH, `/usr/bin${path.delimiter}${PATH}`].find(hasBoto3);
  if (found === undefined) {
    throw new Error(
      "The example in Python needs python3 with boto3. Run: apt-get install python3-boto3",
    );
  }
  return { PATH: found, PYTHONPATH: path.join(ROOT, "clients/python/src") };
}

function hasBoto3(searched: string): boolean {
  const env = cleanEnvironment({ PATH: searched });
  try {
    execFileSync("python3", ["-c", "import boto3"], { env, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Returns the command of the first terminal, and the last one of the second, after those that install. */
async function readCommands(folder: string): Promise<{ dev: string; start: string }> {
  const text = await readFile(path.join(folder, "README.md"), "utf8");
  const [dev = "", second = ""] = [...text.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map(
    ([, commands = ""]) => commands,
  );
  expect(dev).toContain(BOT_URL);
  return { dev, start: second.split("\n").at(-1) ?? "" };
}

/** Keeps npm in the folder of the test. */
function npmSettings(folder: string): NodeJS.ProcessEnv {
  return { npm_config_cache: path.join(folder, ".npm"), npm_config_update_notifier: "false" };
}

interface Terminal {
  output(): string;
  /** Waits until a condition holds, and fails with the output if the command ends before. */
  until(isReached: () => Promise<boolean>): Promise<void>;
}

/** Runs a line as a terminal does, and interrupts it at the end of the test. */
function run(line: string, cwd: string, environment: NodeJS.ProcessEnv): Terminal {
  const shell = spawn("bash", ["-c", line], {
    cwd,
    env: cleanEnvironment(environment),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const closed = once(shell, "close");
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") process.stderr.write(`\n$ ${line}\n${output}\n`);
    interrupt(shell);
    const late = setTimeout(() => killGroup(shell), STOP_MS);
    await closed;
    clearTimeout(late);
    killGroup(shell);
  });
  return {
    output: () => output,
    async until(isReached) {
      while (!(await isReached())) {
        if (shell.exitCode !== null) throw new Error(`\`${line}\` ended:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Sends what Ctrl-C does, to all processes of the terminal. */
function interrupt({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, "SIGINT");
}

function isListening(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
