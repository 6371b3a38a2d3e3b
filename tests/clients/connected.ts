import type { Page } from "playwright-core";
import * as v from "valibot";
import { expect } from "vitest";
import { defineConfig } from "../../core/configuration/configuration.ts";
import type { Stack } from "../../local/stack.ts";
import type { Visit } from "../support/browser-test.ts";
import { callApi } from "../support/stack.ts";

const HOUR_SECONDS = 3_600;

/** The scopes that the bots of these tests need. */
export const BOT_CONFIGURATION = defineConfig({
  brand: { name: "Patchwork" },
  platforms: {
    slack: { scopes: ["chat:write", "channels:history", "app_mentions:read"] },
    jira: { scopes: ["read:jira-work", "write:jira-work", "read:me", "offline_access"] },
  },
});

type Open = (url: string) => Promise<Visit>;

const Installations = v.object({
  items: v.array(v.object({ organization_id: v.string() })),
});

type PlatformName = "GitHub" | "Slack" | "Jira";

/** Installs the bot on a platform by clicks, and returns the id of the organization. */
export async function installInBrowser(
  stack: Stack,
  visit: Open,
  platform: PlatformName,
  organization: string,
): Promise<string> {
  await clickThroughInstall({ url: stack.url, platformsUrl: stack.platforms.url }, visit, {
    platform,
    organization,
  });
  const query = `/installations?platform=${platform.toLowerCase()}`;
  const { items } = v.parse(Installations, await (await callApi(stack, "GET", query)).json());
  return items[0]?.organization_id ?? "";
}

/** Installs the bot by clicks, from the install page to the page that reports the success. */
export async function clickThroughInstall(
  { url, platformsUrl }: { readonly url: string; readonly platformsUrl: string },
  visit: Open,
  { platform, organization }: { readonly platform: PlatformName; readonly organization: string },
): Promise<void> {
  const { page } = await visit(url);
  await page.getByRole("link", { name: platform, exact: true }).click();
  await page.getByRole("link", { name: `Continue to ${platform}` }).click();
  await CONSENT[platform](page, organization);
  await page.waitForURL(({ origin }) => origin !== platformsUrl);
  if (platform === "Jira") await press(page, organization);
  await expect.poll(() => page.locator("h1").textContent()).toContain("is connected to");
}

const CONSENT = {
  async GitHub(page: Page, organization: string) {
    await page.getByRole("link", { name: organization }).click();
    await press(page, "Install");
    await press(page, "Authorize");
  },
  async Slack(page: Page, organization: string) {
    await page.getByRole("combobox").selectOption(organization);
    await press(page, "Allow");
  },
  async Jira(page: Page) {
    await press(page, "Accept");
  },
} as const;

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
}

/** Lets hours pass by the control API, as a developer does. */
export async function letHoursPass(stack: Stack, hours: number): Promise<void> {
  await control(stack, "time", { seconds: hours * HOUR_SECONDS });
}

/** Ends the access tokens of an account at the platform, which nobody reports to Grantkeep. */
export async function expireTokens(
  stack: Stack,
  platform: "slack" | "jira",
  account: object,
): Promise<void> {
  await control(stack, `${platform}/expire`, account);
}

async function control({ platforms }: Stack, action: string, input: object): Promise<void> {
  const body = JSON.stringify(input);
  const response = await fetch(`${platforms.url}/_control/${action}`, { method: "POST", body });
  expect(response.ok).toBe(true);
}

/** Returns how many requests of a path the platforms have received. */
export function countRequests(stack: Stack, path: RegExp): number {
  return stack.platforms.control.requests().filter((request) => path.test(request.path)).length;
}
