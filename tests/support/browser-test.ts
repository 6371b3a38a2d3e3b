import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, test as base } from "vitest";
import { BRINGS_BROWSER, launchBrowser } from "./browser.ts";

/** Chrome reports the status of every failure page as an error; the pages have theirs on purpose. */
const STATUS_REPORT = /^Failed to load resource: the server responded with a status of/;

/** Less than a test may take, so that a failure names what never came. */
const PATIENCE_MS = 15_000;

const browser = await launchBrowser().catch(withoutBrowser);
afterAll(() => browser?.close());

/** A page that a person has open, in a browser window of its own. */
export interface Visit {
  readonly page: Page;
  /** The URL of everything that was asked for, in order. */
  readonly requests: readonly string[];
  /** The errors that the browser reported: blocked content and failed scripts. */
  readonly complaints: readonly string[];
}

/**
 * A test that gets `visit`, which opens a page in a new window without cookies. Where there is no browser
 * it is skipped.
 */
export const test = base.extend("visit", async ({ skip }, { onCleanup }) => {
  if (!browser) return skip("there is no browser");

  const contexts: BrowserContext[] = [];
  onCleanup(async () => {
    await Promise.all(contexts.map((context) => context.close()));
  });
  return async (url: string, options: BrowserContextOptions = {}): Promise<Visit> => {
    const context = await browser.newContext(options);
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const visit = { page, ...record(page) };
    await page.goto(url);
    return visit;
  };
});

function record(page: Page): Pick<Visit, "requests" | "complaints"> {
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (!STATUS_REPORT.test(message.text())) complaints.push(message.text());
  });
  return { requests, complaints };
}

function withoutBrowser(error: unknown): Browser | undefined {
  if (BRINGS_BROWSER) throw error;
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
  process.stdout.write(`The browser tests are skipped: ${reason}\n`);
  return undefined;
}
