import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { installInBrowser } from "./connected.ts";

const HELPER = path.join(import.meta.dirname, "node_modules/.bin/git-credential-grantkeep");

const stack = await startTestStack(GITHUB_APP);
const { host } = new URL(stack.platforms.githubUrl);

/** Runs `git credential` with the helper alone, as git does before it sends a request. */
async function git(operation: string, attributes: Record<string, string>, options: string) {
  const helper = `credential.helper=!${HELPER} --function token-lookup:live ${options}`;
  const words = ["-c", "credential.helper=", "-c", helper, "credential", operation];
  const env = { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1" };
  const child = spawn("git", words, { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(
    Object.entries(attributes)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const lines = output.split("\n").filter((line) => line !== "");
  const fields = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf("=")),
    line.slice(line.indexOf("=") + 1),
  ]);
  const { username, password } = Object.fromEntries(fields);
  return { username, password, errors };
}

const http = { protocol: "http", host };

test("git gets a token of the installation", async ({ visit }) => {
  const organizationId = await installInBrowser(stack, visit, "GitHub", "octocat");

  const { username, password } = await git("fill", http, `--organization-id ${organizationId}`);

  const read = await fetch(`${stack.platforms.githubApiUrl}/installation/repositories`, {
    headers: { authorization: `Bearer ${password}` },
  });
  expect(username).toBe("x-access-token");
  expect(read.status).toBe(200);
});

test("no other host gets the token, nor one without TLS", async () => {
  const options = "--organization-id 583231";

  for (const attributes of [
    { protocol: "https", host: "evil.example" },
    { protocol: "http", host: "github.example" },
    { protocol: "https", host: `${host}.evil.example` },
  ]) {
    expect((await git("fill", attributes, options)).password).toBeUndefined();
  }
});

test("a lookup that fails is named on standard error, without a password", async () => {
  const result = await git("fill", http, "--organization-id 1");

  expect(result.password).toBeUndefined();
  expect(result.errors).toContain("grantkeep: installation_not_found: ");
});
