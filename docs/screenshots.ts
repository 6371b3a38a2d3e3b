import path from "node:path";
import type { Page } from "playwright-core";
import configuration from "../grantkeep.config.ts";
import { generateGithubAppKey } from "../local/github-app-key.ts";
import { generateKeyRing } from "../local/keyring.ts";
import { startPostgres } from "../local/postgres/postgres.ts";
import { createSecrets } from "../local/secrets.ts";
import { startStack } from "../local/stack.ts";
import { launchBrowser } from "../tests/support/browser.ts";

/** As wide as GitHub shows a README, with two pixels for each. */
const WINDOW = { viewport: { width: 880, height: 720 }, deviceScaleFactor: 2 };

process.env.POWERTOOLS_LOG_LEVEL = "SILENT";

const closing: (() => Promise<void>)[] = [];
try {
  await takeScreenshots(await startEmptyStack());
} finally {
  for (const close of closing.reverse()) await close();
}

async function startEmptyStack(): Promise<string> {
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
    configuration,
    secrets: createSecrets({}, generated),
    githubAppKey: generated.githubAppKey,
  });
  closing.push(stack.close);
  return stack.url;
}

async function takeScreenshots(url: string): Promise<void> {
  const browser = await launchBrowser();
  closing.push(() => browser.close());
  const page = await browser.newPage({ ...WINDOW, colorScheme: "light" });

  await page.goto(url);
  await capture(page, "install-page.png");
  await page.getByRole("link", { name: "Install on GitHub" }).click();
  await page.getByRole("link", { name: "octo-org" }).click();
  await page.getByRole("button", { name: "Install" }).click();
  await page.getByRole("button", { name: "Authorize" }).click();
  await page.getByRole("heading", { name: "The bot is installed" }).waitFor();
  await capture(page, "success-page.png");
}

async function capture(page: Page, name: string): Promise<void> {
  const file = path.join(import.meta.dirname, name);
  await page.screenshot({ path: file });
  process.stdout.write(`${file}\n`);
}
