import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { openSession } from "../support/browser-session.ts";
import { consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const README = path.resolve(import.meta.dirname, "../../README.md");
const TYPESCRIPT = /^```ts\n(?<code>[\s\S]*?)^```$/m;

const stack = await startTestStack(GITHUB_APP);
const { code = "" } = TYPESCRIPT.exec(await readFile(README, "utf8"))?.groups ?? {};

/** Runs the code of the README in a process of its own, as a Lambda of a bot would, and returns what it prints. */
async function run(call: string): Promise<string> {
  const program = ["--input-type=module-typescript", "--eval", `${code}\n${call}`];
  const env = {
    PATH: process.env.PATH,
    TOKEN_LOOKUP: "token-lookup:live",
    AWS_ENDPOINT_URL: stack.aws.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
  };
  const cwd = import.meta.dirname;
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd, env });
  return stdout;
}

test("the Octokit of the README calls GitHub", async () => {
  await installGithubAppAs(stack);

  const titles = await run(`
    const octokit = octokitOf("583231");
    const repository = { owner: "octocat", repo: "hello-world" };
    await octokit.rest.issues.create({ ...repository, title: "From the README" });
    const { data } = await octokit.rest.issues.listForRepo(repository);
    process.stdout.write(data.map(({ title }) => title).join());
  `);

  expect(titles).toContain("From the README");
});

test("the call of the README returns a token that works", async () => {
  const session = openSession();
  await session.get(await consentSlack(stack, session));

  const token = await run(`process.stdout.write((await getSlackToken("T0ACME")).accessToken);`);

  const identity = await fetch(`${stack.platforms.slackUrl}/api/auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await identity.json()).toMatchObject({ ok: true, team_id: "T0ACME" });
});

test("the call of the README throws an error with a code", async () => {
  const code = await run(
    `await getSlackToken("T0NOBODY").catch((error) => process.stdout.write(error.code));`,
  );

  expect(code).toBe("installation_not_found");
});
