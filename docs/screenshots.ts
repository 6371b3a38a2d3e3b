import path from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { createLink } from "../cli/install-links.ts";
import { openLocalTarget } from "../cli/target/local.ts";
import { readInstallations } from "../console/reads.ts";
import { startConsole } from "../console/server.ts";
import { localSubject } from "../console/subject.ts";
import { defineConfig } from "../core/configuration/configuration.ts";
import { generateGithubAppKey } from "../local/github-app-key.ts";
import { generateKeyRing } from "../local/keyring.ts";
import { startPostgres } from "../local/postgres/postgres.ts";
import { createSecrets } from "../local/secrets.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { launchBrowser } from "../tests/support/browser.ts";
import { openSession } from "../tests/support/browser-session.ts";
import { GALLERY_CONFIGURATION } from "../tests/support/configuration.ts";
import { openLink } from "../tests/support/install-links.ts";
import {
  consentJira,
  consentSlack,
  installGithubAppAs,
} from "../tests/support/platform-installs.ts";

/** As wide as GitHub shows a README, with two pixels for each. */
const WINDOW = { viewport: { width: 880, height: 720 }, deviceScaleFactor: 2 };
const WIDE = { viewport: { width: 1180, height: 640 } };
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
  await captureConsole(browser, stack);
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

/** Captures the console with a customer whose grant on Jira was revoked. */
async function captureConsole(browser: Browser, stack: Stack): Promise<void> {
  const { control } = stack.platforms;
  await installGithubAppAs(stack, { login: "octocat" });
  const slack = openSession();
  const start = await linkOf(stack, "slack", "Initech", slack);
  await slack.get(await consentSlack(stack, slack, "T0GLOBEX", start));
  const jira = openSession();
  const account = { account: "mia", sites: ["acme"] };
  const begin = await linkOf(stack, "jira", "NewCo", jira);
  await jira.get(await consentJira(stack, jira, { ...account, start: begin }));
  await control.revoke("jira", "mia");
  await control.letTimePass(7_200);
  const target = openLocalTarget(stack, () => new Error("The stack does not run."));
  for (const { id } of (await readInstallations(target, {})).items) {
    await target.invoke("token-lookup", { installation_id: id });
  }
  await target.invoke("sweep", {});

  const console = await startConsole(localSubject(target, stack), { port: 0 });
  closing.push(console.close);
  const page = await open(browser, console.createUrl(), { ...WINDOW, ...WIDE });
  await capture(page, "console-installations.png");
  await page.getByRole("row", { name: "NewCo" }).getByRole("link").click();
  await page.getByText("needs a new install").waitFor();
  await capture(page, "console-installation.png");
  await page.getByRole("link", { name: "Activity", exact: true }).click();
  await page.getByRole("heading", { name: "Activity" }).waitFor();
  await capture(page, "console-activity.png");
}

/** Creates an install link of a customer, opens it, and returns the path of its button. */
async function linkOf(
  stack: Stack,
  platform: string,
  customer: string,
  session = openSession(),
): Promise<string> {
  const target = openLocalTarget(stack, () => new Error("The stack does not run."));
  const metadata = { customer: customer.toLowerCase(), display_name: customer };
  const { url } = await createLink(target, { platform, metadata });
  return openLink(session, url);
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
