import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import { createGrantkeep } from "@grantkeep/client";
import { expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { countRequests, installInBrowser } from "./connected.ts";

const HELPER = path.join(import.meta.dirname, "node_modules/.bin/git-credential-grantkeep");
const MINTS = /\/app\/installations\/\d+\/access_tokens$/;

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

test("git gets a token of the installation, and a new one after it was rejected", async ({
  visit,
}) => {
  const organizationId = await installInBrowser(stack, visit, "GitHub", "octocat");
  const options = `--organization-id ${organizationId}`;
  const first = await git("fill", http, options);
  const read = await fetch(`${stack.platforms.githubApiUrl}/installation/repositories`, {
    headers: { authorization: `Bearer ${first.password}` },
  });
  const before = countRequests(stack, MINTS);

  // What git does when the server returns 401.
  await git(
    "reject",
    { ...http, username: "x-access-token", password: first.password ?? "" },
    options,
  );
  const second = await git("fill", http, options);

  expect(first.username).toBe("x-access-token");
  expect(read.status).toBe(200);
  expect(second.password).not.toBe(first.password);
  expect(countRequests(stack, MINTS) - before).toBe(1);
});

test("git gets a token that is narrowed to a repository", async () => {
  const { providerInstallationId, organizationId } = await createGrantkeep({
    functionName: "token-lookup:live",
  }).token({ platform: "github", organizationId: 583231 });
  const narrowed = `--provider-installation-id ${providerInstallationId} --repository dotfiles --permission contents=read`;

  const { password } = await git("fill", http, narrowed);

  const read = await fetch(`${stack.platforms.githubApiUrl}/installation/repositories`, {
    headers: { authorization: `Bearer ${password}` },
  });
  expect(organizationId).toBe("583231");
  expect(await read.json()).toMatchObject({ repositories: [{ name: "dotfiles" }] });
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
