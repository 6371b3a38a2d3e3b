import type { Page } from "playwright-core";
import { expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { createCheckout } from "../support/checkout.ts";
import { clickThroughInstall } from "./connected.ts";
import { findPython, startExample } from "./running-example.ts";

/** Local mode creates a database at its first start: a minute on a busy machine. */
const SLOW = { timeout: 300_000 };
const WAIT = { timeout: 30_000 };

const REVIEWERS = [
  { example: "reviewer", environment: () => ({}) },
  { example: "reviewer-python", environment: findPython },
] as const;

for (const { example, environment } of REVIEWERS) {
  const { folder } = await createCheckout();

  test(
    `${example}, run as its README says, comments once on each issue, also after an hour`,
    SLOW,
    async ({ visit }) => {
      const local = await startExample(example, folder, environment());
      await clickThroughInstall(local, visit, { platform: "GitHub", organization: "octocat" });
      const { page } = await visit(`${local.platformsUrl}/github/octocat/hello-world`);
      const repository = page.url();

      await openIssue(page, "The cart is empty");
      await expectOnce(page, "Thank you for “The cart is empty”. What did you expect to happen?");
      await local.deliverAgain("github.issues");
      await expectOnce(page, "Thank you for “The cart is empty”. What did you expect to happen?");

      await local.letHourPass();
      await page.goto(repository);
      await openIssue(page, "The cart is empty again");
      await expectOnce(
        page,
        "Thank you for “The cart is empty again”. Somebody will look at it soon.",
      );
    },
  );
}

const { folder } = await createCheckout();

test("assistant, run as its README says, replies once to a mention", SLOW, async ({ visit }) => {
  const local = await startExample("assistant", folder);
  await clickThroughInstall(local, visit, { platform: "Slack", organization: "T0ACME" });

  const { page } = await visit(`${local.platformsUrl}/slack/client/T0ACME/C0BOT0ACME`);
  await page.getByLabel("Message").fill("@grantkeep why is the cart empty?");
  await page.getByRole("button", { name: "Send" }).click();

  await expectOnce(page, "Good question.");
  await local.deliverAgain("slack.app_mention");
  await expectOnce(page, "Good question.");
});

async function openIssue(page: Page, title: string): Promise<void> {
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Open the issue" }).click();
}

/** Reloads the page until it shows a text, and expects the text once. */
async function expectOnce(page: Page, text: string): Promise<void> {
  await expect
    .poll(async () => {
      await page.reload();
      return page.locator("main").getByText(text).count();
    }, WAIT)
    .toBe(1);
}
