import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS, runCommand } from "../support/commands.ts";

const WITHOUT_STAGE = ["dev", "keyring", "completion"];

describe("grantkeep", () => {
  test("lists every command in its help", async () => {
    const { code, stdout, stderr } = await runCommand(["--help"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} +[A-Z]`, "m"));
  });

  test("prints its version", async () => {
    const version = { code: 0, stdout: `${manifest.version}\n`, stderr: "" };

    expect(await runCommand(["--version"])).toEqual(version);
    expect(await runCommand(["-V"])).toEqual(version);
  });

  test("prints its help when no command is given, as a failure", async () => {
    const { code, stdout, stderr } = await runCommand([]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: grantkeep /);
  });

  test("suggests the command that an unknown one resembles", async () => {
    const { code, stdout, stderr } = await runCommand(["lokup"]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: unknown command 'lokup'\n\(Did you mean lookup\?\)\n/);
  });

  test("has an npm script of the same name for each command but check", () => {
    const scripts = new Map(Object.entries(manifest.scripts));

    // `npm run check` is for those who change Grantkeep.
    for (const command of COMMANDS.filter((name) => name !== "check")) {
      expect(scripts.get(command)).toBe(`node cli/grantkeep.mjs ${command}`);
    }
  });
});

describe.each(COMMANDS)("grantkeep %s", (command) => {
  test("prints its usage, its options and an example", async () => {
    const { code, stdout, stderr } = await runCommand([command, "--help"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: grantkeep ${command} `));
    expect(stdout).toMatch(/Examples?:\n {2}\$ /);
    // Each option has a sentence.
    for (const line of stdout.matchAll(/^ {2}-.*$/gm)) expect(line[0]).toMatch(/ {2}[A-Z][^-]+/);
    expect(stdout.includes("--stage")).toBe(!WITHOUT_STAGE.includes(command));
  });

  test("suggests the option that an unknown one resembles", async () => {
    const { code, stdout, stderr } = await runCommand([command, "--hepl"]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: unknown option '--hepl'\n\(Did you mean --help\?\)\n/);
  });
});

test.each(WITHOUT_STAGE)("grantkeep %s refuses --stage, and says why", async (command) => {
  const { code, stdout, stderr } = await runCommand([
    command,
    ...(command === "completion" ? ["bash"] : []),
    "--stage",
    "production",
  ]);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^error: ${command} takes no --stage: it [a-z]+ `));
});

test("grantkeep keyring prints a ring, and its help prints no key", async () => {
  const ring = await runCommand(["keyring"]);
  const help = await runCommand(["keyring", "--help"]);

  expect(JSON.parse(ring.stdout)).toMatchObject({ primary: expect.stringMatching(/^k-/) });
  expect(help.stdout).not.toMatch(/"keys"|[A-Za-z0-9+/]{43}=/);
});

test.each([
  ["import", ["f.ndjson"], "dry_run", "--dry-run"],
  ["list", [], "stage", "--stage"],
  ["health-check", [], "json", "--json"],
])("npm run %s without -- fails when npm took an option", async (command, args, name, option) => {
  const { code, stdout, stderr } = await runCommand([command, ...args], {
    npm_lifecycle_event: command,
    [`npm_config_${name}`]: "true",
  });

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(
    `npm took the option ${option} for itself. Use npx grantkeep ${command}`,
  );
});

test.each([
  ["no file", ["import"]],
  ["two files", ["import", "a", "b"]],
  ["a source that does not exist", ["import", "a", "--from", "csv"]],
  ["a line that is not a number", ["import", "a", "--after", "x"]],
  ["no file to write", ["export"]],
  ["a limit that is not a number", ["list", "--limit", "all"]],
  ["both halves of the list", ["list", "--active", "--inactive"]],
  ["a platform that does not exist", ["lookup", "gitlab", "1"]],
  ["no organization", ["lookup", "github"]],
  ["a step that does not exist", ["rotate-keys", "rotate"]],
  ["no key to promote", ["rotate-keys", "promote"]],
  ["a key too many", ["rotate-keys", "add", "k1"]],
  ["a ring whose values are not stored", ["rotate-keys", "reseal", "--ring", "state"]],
  ["a link without a platform", ["link", "create"]],
  ["no link to end", ["link", "end"]],
  ["a link that has another form", ["link", "end", "inst-1"]],
  ["a link to list", ["link", "list", `link-${"0".repeat(32)}`]],
  ["metadata that is no pair", ["link", "create", "--platform", "jira", "--metadata", "acme"]],
  ["a time without a unit", ["link", "create", "--platform", "jira", "--expires", "7"]],
  ["a port that does not exist", ["dev", "--port", "70000"]],
  ["a stage with a space in its name", ["list", "--stage", "my stage"]],
  ["a stage without a name", ["list", "--stage"]],
])("wrong usage with %s fails with 2, and names the help", async (_, args) => {
  const { code, stdout, stderr } = await runCommand(args);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^error: .+\nRun "npx grantkeep [a-z-]+ --help" for its options\.\n$/);
});
