import { afterAll, expect } from "vitest";
import { defineConfig } from "../../core/configuration/configuration.ts";
import { exampleRegistrations } from "../../emulators/platforms.ts";
import { startEmulators } from "../../emulators/server.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { test } from "../support/browser-test.ts";
import { startSetupStage } from "../support/setup-stage.ts";

const PUBLIC_URL = "https://bot.example.com";

const emulators = await startEmulators({
  ...exampleRegistrations(PUBLIC_URL, await generateGithubAppKey()),
  port: 0,
});
afterAll(emulators.close);
const configuration = defineConfig({ brand: { name: "Patchwork" } });
const stage = await startSetupStage(PUBLIC_URL, emulators, configuration);

test("an operator registers a GitHub App with one click here and one on GitHub", async ({
  visit,
}) => {
  const setup = stage.start(["github"]);
  const { page, complaints } = await visit(await setup.url());

  await page.getByRole("button", { name: "Register on 127.0.0.1" }).click();
  await page.getByRole("button", { name: "Create GitHub App for octocat" }).click();
  await page.getByRole("heading", { name: "The GitHub App is registered" }).waitFor();

  expect((await setup.ended).code).toBe(0);
  expect(complaints).toEqual([]);
});

test("an operator creates a Slack app with one click, and sees its credentials", async ({
  visit,
}) => {
  const setup = stage.start(["slack", "--stdin"]);
  const { page, complaints } = await visit(await setup.url());

  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "Basic Information" }).waitFor();
  const values = await page.locator("dd").allTextContents();
  const names = ["app_id", "client_id", "client_secret", "signing_secret"];
  setup.send(JSON.stringify(Object.fromEntries(names.map((name, index) => [name, values[index]]))));

  expect((await setup.ended).code).toBe(0);
  expect(complaints).toEqual([]);
});
