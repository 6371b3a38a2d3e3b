import { mkdir } from "node:fs/promises";
import path from "node:path";
import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import type { Ownership } from "../../core/configuration/ownership.ts";
import { PLATFORMS } from "../../core/platforms.ts";
import { loadWords } from "../../functions/http/pages/load-words.ts";
import type { Names, Words } from "../../functions/http/pages/words.ts";
import type { Variables } from "../../local/variables.ts";
import type { Visit } from "./browser-test.ts";
import { GALLERY_CONFIGURATION } from "./configuration.ts";
import { startTestStack, type TestStack } from "./stack.ts";

// In the page, once its script has been run.
declare const window: { readonly axe: typeof axe };

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** A window, its colors, and the language that its browser prefers. */
export interface Device {
  readonly name: string;
  readonly language: "en" | "de";
  readonly options: BrowserContextOptions;
}

/** Desktop and phone, light and dark, each in one of two languages; with `PAGE_LANGUAGES=all`, in both. */
export const DEVICES: readonly Device[] = [
  toDevice("desktop", "light", "en"),
  toDevice("desktop", "dark", "de"),
  toDevice("phone", "light", "de"),
  toDevice("phone", "dark", "en"),
  ...(process.env.PAGE_LANGUAGES === "all"
    ? [
        toDevice("desktop", "light", "de"),
        toDevice("desktop", "dark", "en"),
        toDevice("phone", "light", "en"),
        toDevice("phone", "dark", "de"),
      ]
    : []),
];

function toDevice(size: "desktop" | "phone", colorScheme: "light" | "dark", language: "en" | "de") {
  const window = size === "phone" ? PHONE : DESKTOP;
  const name = `${size}, ${colorScheme}, ${language}`;
  return { name, language, options: { ...window, colorScheme, locale: language } };
}

/** A person who goes through our pages and those of the platforms. */
export interface Walk {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly words: Words;
  names(platform: keyof typeof PLATFORMS): Names;
  /** Follows a link. */
  follow(name: string): Promise<void>;
  press(button: string): Promise<void>;
  /** Waits until the browser is back from the platform. */
  comeBack(): Promise<void>;
  /**
   * Waits for one of our pages, by its heading. The page has no violation of axe, and nothing reaches out of the
   * window. With `SCREENSHOTS=folder`, it is stored there.
   */
  see(heading: string, screenshot: string): Promise<void>;
}

/** Starts the stack of a walk, in a brand of its own. */
export function startWalkStack(
  variables: Variables = {},
  { ownership = "owner" }: { ownership?: Ownership } = {},
): Promise<TestStack> {
  const { platforms: _, ...brand } = GALLERY_CONFIGURATION;
  const permissions = { contents: "write", members: "read" } as const;
  const platforms = { github: { permissions, ownership } };
  return startTestStack(variables, { configuration: { ...brand, platforms } });
}

type Visitor = (url: string, options: BrowserContextOptions) => Promise<Visit>;

/** Opens a page on a device, as the start of a walk. */
export async function startWalk(
  stack: TestStack,
  device: Device,
  visit: Visitor,
  url: string,
): Promise<Walk> {
  const { page, complaints } = await visit(url, device.options);
  const words = await loadWords[device.language]();
  return {
    page,
    complaints,
    words,
    names: (platform) => ({ bot: "Patchwork", platform: PLATFORMS[platform].displayName }),
    follow: (name) => page.getByRole("link", { name }).first().click(),
    press: (button) => page.getByRole("button", { name: button, exact: true }).click(),
    comeBack: () => page.waitForURL(({ origin }) => origin === stack.url),

    async see(heading, screenshot) {
      await page.locator("h1", { hasText: heading }).waitFor();
      await expectAccessible(page, `${device.name} ${screenshot}`);
      expect(await page.locator("html").getAttribute("lang")).toBe(device.language);
    },
  };
}

/** Expects no violation of axe and nothing that reaches out of the window. With `SCREENSHOTS=folder`, stores the page. */
export async function expectAccessible(page: Page, screenshot: string): Promise<void> {
  await keepScreenshot(page, screenshot);
  expect(await violationsOf(page), screenshot).toEqual([]);
  const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  expect(overflow, `${screenshot}: pixels out of the window`).toBe(0);
}

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const file = `${name.replace(/[^a-z0-9]+/g, "-")}.png`;
  await page.screenshot({ path: path.join(folder, file), fullPage: true });
}
