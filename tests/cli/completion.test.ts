import { describe, expect, test } from "vitest";
import { COMMANDS, runCommand, runInShell } from "../support/commands.ts";

/** Returns what Bash offers for the last word of a line. */
async function completeInBash(...words: string[]): Promise<string[]> {
  const line = `source <(grantkeep completion bash); COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
    COMP_CWORD=${words.length - 1}; _grantkeep; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runInShell(line, {});
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

describe("the completion of Bash", () => {
  test("offers the commands, and those that begin with what was typed", async () => {
    expect(await completeInBash("grantkeep", "")).toEqual(expect.arrayContaining([...COMMANDS]));
    expect(await completeInBash("grantkeep", "re")).toEqual(["replay"]);
  });

  test("offers the options of a command, the values of an option, and the steps", async () => {
    expect(await completeInBash("grantkeep", "list", "--act")).toEqual(["--active"]);
    expect(await completeInBash("grantkeep", "list", "--platform", "")).toEqual([
      "github",
      "slack",
      "jira",
    ]);
    expect(await completeInBash("grantkeep", "link", "cr")).toEqual(["create"]);
    expect(await completeInBash("grantkeep", "import", "--key", "")).toEqual([]);
  });
});

test.each(["zsh", "fish"])("the completion of %s names every command and option", async (shell) => {
  const { code, stdout } = await runCommand(["completion", shell]);

  expect(code).toBe(0);
  for (const command of COMMANDS) expect(stdout).toContain(command);
  for (const option of ["platform", "rule", "follow", "stage"]) {
    expect(stdout).toMatch(new RegExp(`(--|-l )${option}\\b`));
  }
});

test("another shell is wrong usage", async () => {
  const { code, stderr } = await runCommand(["completion", "tcsh"]);

  expect(code).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
});
