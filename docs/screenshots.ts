import path from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { defineConfig } from "../core/configuration/configuration.ts";
import { generateGithubAppKey } from "../local/github-app-key.ts";
import { generateKeyRing } from "../local/keyring.ts";
import { startPostgres } from "../local/postgres/postgres.ts";
import { createSecrets } from "../local/secrets.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { launchBrowser } from "../tests/support/browser.ts";
import { GALLERY_CONFIGURATION } from "../tests/support/configuration.ts";

/** As wide as GitHub shows a README, with two pixels for each. */
const WINDOW = { viewport: { width: 880, height: 720 }, deviceScaleFactor: 2 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };

/** In languages that every machine has the letters of. */
const CONFIGURATION = defineConfig({
  ...GALLERY_CONFIGURATION,
  languages: ["en", "de", "es", "fr"],
  platforms: {
    github: {
      permissions: {
        contents: { access: "write", reason: "To open fix-up branches." },
        issues: { access: "write", reason: "To file follow-ups." },
        members: { access: "read", reason: "To recognize the owners of your organization." },
      },
    },
  },
});

process.env.POWERTOOLS_LOG_LEVEL = "SILENT";

const closing: (() => Promise<void>)[] = [];
try {
  const stack = await startEmptyStack();
  const browser = await launchBrowser();
  closing.push(() => browser.close());
  await captureInstall(browser, stack);
  await captureRequest(browser, stack);
  await capturePhone(browser, stack);
} finally {
  for (const close of closing.reverse()) await close();
}

async function startEmptyStack(): Promise<Stack> {
  const database = await startPostgres();
  closing.push(database.stop);
  const generated = {
    stateKeyring: JSON.stringify(generateKeyRing()),
    tokenKeyring: JSON.stringify(generateKeyRing()),
    githubAppKey: await generateGithubAppKey(),
  };
  const stack = await startStack({
    port: 0,
    databaseUrl: database.url,
    configuration: CONFIGURATION,
    secrets: createSecrets({}, generated),
    githubAppKey: generated.githubAppKey,
  });
  closing.push(stack.close);
  return stack;
}

async function captureInstall(browser: Browser, { url }: Stack): Promise<void> {
  const page = await open(browser, `${url}/?platform=github`, WINDOW);
  await capture(page, "offer-page.png");
  await installOnGithub(page, "Install");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Finish the install" }).waitFor();
  await capture(page, "not-connected-page.png");
  await page.getByRole("link", { name: "Finish the install" }).click();
  await page.getByRole("button", { name: "Authorize" }).click();
  await page.getByRole("heading", { name: "is connected to" }).waitFor();
  await capture(page, "success-page.png");
  await page.close();
}

/** Captures the page of a member's request. */
async function captureRequest(browser: Browser, { url, platforms }: Stack): Promise<void> {
  await platforms.control.github.uninstall({ account: "octo-org" });
  const page = await open(browser, `${url}/?platform=github`, WINDOW);
  await installOnGithub(page, "Request", "hubot");
  await page.getByRole("combobox").selectOption("hubot");
  await page.getByRole("button", { name: "Authorize" }).click();
  const address = page.locator(".go small").first();
  const local = await address.textContent();
  // The page shows the address at GitHub, which is emulated here.
  const shown = `${local}`.replace(platforms.githubUrl, "https://github.com");
  await address.evaluate((element, text) => element.replaceChildren(text), shown);
  await capture(page, "waiting-page.png");
  await page.close();
}

async function capturePhone(browser: Browser, { url }: Stack): Promise<void> {
  const phone = await open(browser, `${url}/?platform=jira&lang=de`, {
    ...PHONE,
    colorScheme: "dark",
  });
  await capture(phone, "offer-page-phone.png");
  await phone.getByRole("link", { name: "Weiter zu Jira" }).click();
  await phone.getByRole("button", { name: "Accept" }).click();
  await phone.getByRole("heading", { name: "Website" }).waitFor();
  await capture(phone, "sites-page-phone.png");
}

async function open(browser: Browser, url: string, options: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage({ colorScheme: "light", locale: "en", ...options });
  await page.goto(url);
  return page;
}

async function installOnGithub(
  page: Page,
  button: "Install" | "Request",
  login = "octocat",
): Promise<void> {
  await page.getByRole("link", { name: "Continue to GitHub" }).click();
  await page.getByRole("combobox").selectOption(login);
  await page.getByRole("button", { name: "Switch" }).click();
  await page.getByRole("link", { name: "octo-org" }).click();
  await page.getByRole("button", { name: button }).click();
}

async function capture(page: Page, name: string): Promise<void> {
  const file = path.join(import.meta.dirname, name);
  await page.screenshot({ path: file, fullPage: true });
  process.stdout.write(`${file}\n`);
}
