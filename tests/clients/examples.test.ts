import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, expect } from "vitest";
import { listen } from "../../local/http-server.ts";
import { test } from "../support/browser-test.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { BOT_CONFIGURATION, installInBrowser } from "./connected.ts";

const EXAMPLES = path.resolve(import.meta.dirname, "../../examples");

const probe = await listen(0, async () => {});
const { port } = new URL(probe.url);
await probe.close();
const variables = { ...GITHUB_APP, BOT_URL: `http://127.0.0.1:${port}` };
const stack = await startTestStack(variables, { configuration: BOT_CONFIGURATION });

/** An example starts in a second, on an idle machine. */
const WAIT = { timeout: 30_000 };

/** Starts an example as its README says, with the endpoint of this stack. */
async function start(name: string): Promise<ChildProcess> {
  const env = { ...process.env, PORT: port, AWS_ENDPOINT_URL: stack.aws.url };
  const example = spawn("npm", ["start"], { cwd: path.join(EXAMPLES, name), env, detached: true });
  afterAll(() => stop(example));
  await expect
    .poll(
      () =>
        fetch(variables.BOT_URL).then(
          () => true,
          () => false,
        ),
      WAIT,
    )
    .toBe(true);
  return example;
}

async function stop(example: ChildProcess): Promise<void> {
  if (example.exitCode !== null || example.pid === undefined) return;
  process.kill(-example.pid);
  await once(example, "exit");
}

test("the reviewer comments on an issue that a person opens", async ({ visit }) => {
  const example = await start("reviewer");
  await installInBrowser(stack, visit, "GitHub", "octocat");

  const { page } = await visit(`${stack.platforms.githubUrl}/octocat/hello-world`);
  await page.getByLabel("Title").fill("The cart is empty");
  await page.getByRole("button", { name: "Open the issue" }).click();

  await expect
    .poll(async () => {
      await page.reload();
      return page.locator("main").textContent();
    }, WAIT)
    .toContain("What did you expect to happen?");
  await stop(example);
});

test("the assistant replies to a mention", async ({ visit }) => {
  const example = await start("assistant");
  await installInBrowser(stack, visit, "Slack", "T0ACME");

  const { page } = await visit(`${stack.platforms.slackUrl}/client/T0ACME/C0BOT0ACME`);
  await page.getByLabel("Message").fill("@grantkeep why is the cart empty?");
  await page.getByRole("button", { name: "Send" }).click();

  await expect
    .poll(async () => {
      await page.reload();
      return page.locator("main").textContent();
    }, WAIT)
    .toContain("Good question.");
  await stop(example);
});
