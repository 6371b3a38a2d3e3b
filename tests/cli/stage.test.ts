import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { IMPORT, importInstallation } from "../cases/imported.ts";
import { runCommand } from "../support/commands.ts";
import { ACCOUNT } from "../support/fake-resources.ts";
import { startFakeStage } from "../support/fake-stage.ts";
import { startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { environment, calls, fail, restrict } = await startFakeStage(stack);
const folder = await mkdtemp(path.join(tmpdir(), "gk-stage-"));

const WHERE = `Account ${ACCOUNT}, region eu-central-1, stage production\n`;

/** Every command that takes --stage, with the function that it invokes or reads first. */
const COMMANDS: [name: string, args: string[], first: string][] = [
  ["list", [], "configuration grantkeep-production-install-links-create"],
  ["lookup", ["github", "42"], "invocations grantkeep-production-token-lookup"],
  ["status", [], "configuration grantkeep-production-install-links-create"],
  ["show", ["42"], "configuration grantkeep-production-install-links-create"],
  ["why", [`link-${"0".repeat(32)}`], "configuration grantkeep-production-install-links-create"],
  ["logs", [], "DescribeLogGroups"],
  ["health-check", [], "invocations grantkeep-production-health-check"],
  ["check", [], "invocations grantkeep-production-check"],
  ["import", [path.join(folder, "in.ndjson")], "invocations grantkeep-production-import"],
  ["export", ["--out", path.join(folder, "out")], "invocations grantkeep-production-export"],
  ["rotate-keys", [], "invocations grantkeep-production-rotate-keys"],
  ["dead-letters", [], "GetQueueUrl"],
  ["replay", [], "configuration grantkeep-production-sweep"],
  ["migrate", [], "invocations grantkeep-production-migrate"],
];

beforeAll(async () => {
  await importInstallation(stack);
  const row = { ...IMPORT, organization_id: "43" };
  await writeFile(path.join(folder, "in.ndjson"), `${JSON.stringify(row)}\n`);
});

afterEach(async () => {
  fail(undefined);
  restrict(false);
  for (const name of ["out", "out.key"]) await rm(path.join(folder, name), { force: true });
});
afterAll(() => rm(folder, { recursive: true }));

test("GRANTKEEP_PREFIX is the start of the names, as names.prefix of the component", async () => {
  const result = await runCommand(["health-check", "--stage", "production"], {
    ...environment,
    GRANTKEEP_PREFIX: "bot",
  });

  expect(calls.at(-1)).toBe("invocations bot-production-health-check");
  expect(result.stderr).toContain("the function bot-production-health-check does not exist.");
});

describe.each(COMMANDS)("grantkeep %s --stage", (command, args, first) => {
  const run = (stage: string, variables: NodeJS.ProcessEnv) =>
    runCommand([command, ...args, "--stage", stage], variables);
  const withoutCredentials = { AWS_REGION: "eu-central-1" };

  test("prints account, region and stage before it uses the stage", async () => {
    const before = calls.length;

    const { code, stdout, stderr } = await run("production", environment);

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(WHERE) });
    expect(stderr.startsWith(WHERE)).toBe(true);
    expect(stdout).not.toBe("");
    expect(calls.slice(before, before + 2)).toEqual(["GetCallerIdentity", first]);
  });

  test("fails with one sentence for a stage that does not exist", async () => {
    const outcome = await run("prodution", environment);

    expect(outcome).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /stage prodution\nerror: There is no stage prodution in account 123456789012, region eu-central-1: .+\n$/,
      ),
    });
  });

  test("fails with one sentence without credentials", async () => {
    expect(await run("production", withoutCredentials)).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "error: No AWS credentials were found. Set AWS_PROFILE, or sign in with the AWS CLI.\n",
    });
  });
});

test.each([
  ["sts", "ExpiredToken", "The AWS credentials have expired. Sign in again."],
  ["sts", "InvalidClientTokenId", "AWS does not accept the credentials (InvalidClientTokenId)."],
  ["lambda", "ExpiredTokenException", "The AWS credentials have expired. Sign in again."],
  [
    "lambda",
    "AccessDeniedException",
    "AWS refused to invoke token-lookup: the credentials need the policy grantkeep-production-token-lookup-invoke.",
  ],
  ["lambda", "TooManyRequestsException", "A message of AWS. (TooManyRequestsException)"],
] as const)("%s that fails with %s is one sentence", async (service, code, sentence) => {
  fail({ service, code });

  const outcome = await runCommand(
    ["lookup", "github", "42", "--stage", "production"],
    environment,
  );

  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(outcome.stderr.split("\n").at(-2)).toBe(`error: ${sentence}`);
  expect(outcome.stderr).not.toMatch(/^ +at /m);
});

test("credentials without access to the HTTP API are one sentence", async () => {
  const variables = { ...environment, AWS_SECRET_ACCESS_KEY: "another" };

  const { code, stderr } = await runCommand(["list", "--stage", "production"], variables);

  expect(code).toBe(1);
  expect(stderr.slice(WHERE.length)).toMatch(
    /^error: AWS refused GET \/installations: the credentials need the policy grantkeep-production-operator-read or grantkeep-production-operator\.\n$/,
  );
});

test.each([
  [
    "link",
    ["end", "link-0123456789abcdef0123456789abcdef"],
    "AWS refused DELETE /install-links/link-0123456789abcdef0123456789abcdef: ",
    "policy grantkeep-production-operator.",
  ],
  [
    "link",
    ["create", "--platform", "slack"],
    "AWS refused POST /install-links: ",
    "policy grantkeep-production-operator.",
  ],
  [
    "health-check",
    [],
    "AWS refused to invoke health-check: ",
    "policy grantkeep-production-operator.",
  ],
  [
    "rotate-keys",
    [],
    "AWS refused to invoke rotate-keys: ",
    "policy grantkeep-production-operator.",
  ],
  [
    "lookup",
    ["github", "42"],
    "AWS refused to invoke token-lookup: ",
    "policy grantkeep-production-token-lookup-invoke.",
  ],
  [
    "dead-letters",
    [],
    "AWS refused to read the events that were not processed: ",
    "policy grantkeep-production-operator.",
  ],
  [
    "export",
    ["--out", path.join(folder, "out")],
    "AWS refused to invoke export: ",
    "no policy of Grantkeep allows it. The credentials need lambda:InvokeFunction on grantkeep-production-export.",
  ],
])(
  "an operator who may only read is refused %s %j with one sentence that names the policy",
  async (command, args, start, end) => {
    restrict(true);

    const { code, stdout, stderr } = await runCommand(
      [command, ...args, "--stage", "production"],
      environment,
    );

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.slice(WHERE.length)).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(`error: ${start}`);
    expect(stderr.trimEnd().endsWith(end)).toBe(true);
  },
);

test("an operator who may only read lists the installations", async () => {
  restrict(true);

  expect(await runCommand(["list", "--stage", "production"], environment)).toMatchObject({
    code: 0,
  });
});

test("no region, and no network, are one sentence each", async () => {
  const { AWS_REGION: _, ...noRegion } = environment;
  const noNetwork = { ...environment, AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
  const run = (variables: NodeJS.ProcessEnv) =>
    runCommand(["list", "--stage", "production"], variables);

  expect(await run(noRegion)).toEqual({
    code: 1,
    stdout: "",
    stderr: "error: No AWS region is set. Set AWS_REGION, or a region in the AWS profile.\n",
  });
  expect(await run(noNetwork)).toEqual({
    code: 1,
    stdout: "",
    stderr: "error: AWS cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n",
  });
});
