import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { createCanaries } from "../cases/canaries.ts";
import { plantConfiguration, plantStored } from "../faults/soak/leaks.ts";
import { openSession } from "../support/browser-session.ts";
import { test } from "../support/browser-test.ts";
import { startTestConsole } from "../support/console.ts";
import { consentSlack, installGithubAppAs, installJiraSite } from "../support/platform-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { DEVICES, expectAccessible } from "../support/walk.ts";

const stack = await startTestStack(GITHUB_APP);
const console = await startTestConsole(stack);

await installGithubAppAs(stack, { login: "octocat" });
const slack = openSession();
await slack.get(await consentSlack(stack, slack));
await installJiraSite(stack, "mia", "acme");
await stack.platforms.control.github.deliveries();

/** All tokens, secrets and keys of the stack. */
const canaries = createCanaries();
await plantConfiguration(stack, canaries, stack.database.url);
await plantStored(stack, canaries);

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const follow = (page: Page, name: string) => page.getByRole("link", { name, exact: true }).click();

describe.each(DEVICES)("an operator on a $name", (device) => {
  test("goes through all screens, none of which has a token, a secret or a key", async ({
    visit,
  }) => {
    const { page, complaints, requests } = await visit(console.createUrl(), device.options);
    const pages: string[] = [];
    const see = async (title: string) => {
      await page.locator("h1", { hasText: title }).waitFor();
      pages.push(await page.content());
      await expectAccessible(page, `${device.name} console ${title}`);
    };
    await see("Installations");
    await follow(page, "octocat");
    await see("octocat");
    for (const title of [
      "Needs attention",
      "Failures",
      "Install links",
      "Waiting on GitHub",
      "Keys",
      "Set-up",
      "Pages",
      "Erase a customer",
      "Emulated platforms",
    ]) {
      await follow(page, title);
      await see(title);
    }
    await press(page, "Unlock changes");
    await see("Changes are unlocked");
    await press(page, "Lock changes");
    await see("Installations");

    expect(canaries.foundIn(console.received() + pages.join("\n"))).toEqual([]);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(console.url))).toEqual([]);
  });
});

test("the keyboard alone leads to an installation and to its activity", async ({ visit }) => {
  const { page } = await visit(console.createUrl());
  const reach = async (name: string) => {
    const link = page.getByRole("link", { name, exact: true });
    for (let presses = 0; presses < 40; presses += 1) {
      if (await link.evaluate((element) => element === element.ownerDocument.activeElement)) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
  };
  await reach("octocat");
  await page.locator("h1", { hasText: "octocat" }).waitFor();
  await reach("Activity");

  await page.locator("h1", { hasText: "Activity of octocat" }).waitFor();
  expect(await page.locator("tbody").textContent()).toContain("The bot was installed");
});
