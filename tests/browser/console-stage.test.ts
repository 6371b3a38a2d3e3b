import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { test } from "../support/browser-test.ts";
import { cleanEnvironment, killGroup, LAUNCHER } from "../support/commands.ts";
import { startFakeStage } from "../support/fake-stage.ts";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { expectAccessible } from "../support/walk.ts";

const stack = await startTestStack(GITHUB_APP);
const { environment, restrict } = await startFakeStage(stack);
await installGithubAppAs(stack, { login: "octocat" });

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const follow = (page: Page, name: string) => page.getByRole("link", { name, exact: true }).click();

/** Starts the console of the stage as an operator does, and returns the URL that it prints. */
async function openConsole(): Promise<string> {
  const command = spawn(process.execPath, [LAUNCHER, "console", "--stage", "production"], {
    env: cleanEnvironment(environment),
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  onTestFinished(() => killGroup(command));
  const [printed] = await once(command.stdout, "data");
  return String(printed).trim();
}

test("an operator who may only read sees a stage, and reads which policy a change needs", async ({
  visit,
}) => {
  restrict(true);
  const { page, complaints } = await visit(await openConsole());

  await follow(page, "octocat");
  await page.locator("h1", { hasText: "octocat" }).waitFor();
  const where = await page.locator(".stage").textContent();
  await press(page, "Unlock changes");
  await page.locator("h1", { hasText: "Changes are unlocked" }).waitFor();
  const caller = await page.getByRole("status").textContent();
  await page.goBack();
  await page.reload();
  await press(page, "Disable");
  const refused = await page.getByRole("alert").textContent();
  await expectAccessible(page, "console refused");

  expect(where).toContain("Stage production");
  expect(caller).toContain("user/operator");
  expect(refused).toMatch(
    /^AWS refused PATCH .*: the credentials need the policy grantkeep-production-operator\.$/,
  );
  expect(await stack.database.sql`select is_active from installations`).toEqual([
    { is_active: true },
  ]);
  expect(complaints).toEqual([]);
});
