import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { cleanEnvironment, LAUNCHER, runCommand, startCommandStack } from "../support/commands.ts";
import { invoke } from "../support/stack.ts";

const { stack, environment } = await startCommandStack();
const logs = (...args: string[]) => runCommand(["logs", ...args], environment);

const id = await installOn(stack, "slack", "lines");
await invoke(stack, "token-lookup", { installation_id: id });
await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0OTHER" });

test("each line is a sentence with its time, its function and its ids, and counters are left out", async () => {
  const { code, stdout, stderr } = await logs();

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^[\d:]+ {2}callback +The bot was installed {2}slack T0LINES [0-9a-f-]{36}$/m,
  );
  expect(stdout).toMatch(/^[\d:]+ {2}token-lookup +A token was returned {2}slack T0LINES /m);
  expect(stdout).not.toMatch(/Failures|\{"/);
});

test("only failures, one organization, one function and a time can be chosen", async () => {
  const failures = await logs("--level", "error");
  const ofOne = await logs("--organization", "t0lines", "--function", "token-lookup");
  const byName = await logs("--organization", "T0OTHER");
  const none = await logs("--since", "2040-01-01T00:00:00Z");
  const unknown = await logs("--organization", "nobody");

  expect(failures.stdout).toMatch(
    /^[\d:]+ +token-lookup +The lookup failed: installation_not_found .+\n$/,
  );
  expect(ofOne.stdout).toMatch(/^.* A token was returned .*\n$/);
  expect(byName.stdout).toBe(failures.stdout);
  expect(none).toEqual({
    code: 0,
    stdout: "",
    stderr: expect.stringMatching(/^There are no lines\./),
  });
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(/^error: There is no installation of nobody\./);
});

test("--json prints each line as the function wrote it", async () => {
  const { stdout } = await logs("--json", "--function", "token-lookup");

  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(stack.output()).toContain(`${line}\n`);
});

test("--follow prints a line once, soon after it was written", async () => {
  const child = spawn(process.execPath, [LAUNCHER, "logs", "--follow", "--level", "error"], {
    env: cleanEnvironment(environment),
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  while (!output.includes("T0OTHER")) await once(child.stdout, "data");
  await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0NEXT" });
  while (!output.includes("T0NEXT")) await once(child.stdout, "data");
  await invoke(stack, "token-lookup", { platform: "slack", organization_id: "T0LAST" });
  while (!output.includes("T0LAST")) await once(child.stdout, "data");

  expect(output.trim().split("\n")).toHaveLength(3);
});
