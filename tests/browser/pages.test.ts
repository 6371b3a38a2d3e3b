import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { LANGUAGE_CODES } from "../../core/configuration/languages.ts";
import type { Reply } from "../../functions/http/reply.ts";
import { send, toResponse } from "../../local/gateway/result.ts";
import { listen } from "../../local/http-server.ts";
import { test } from "../support/browser-test.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { contrast } from "../support/contrast.ts";
import {
  CODES,
  createGallery,
  ENDLESS,
  GALLERY,
  HOSTILE,
  REVERSED,
} from "../support/page-gallery.ts";
import { readRenderedItems, readStyle } from "../support/rendered-page.ts";

// In the page, once its script has been run.
declare const window: { readonly axe: typeof axe };

const SMUGGLED = `
<script>document.title = "scripted"</script>
<style>h1 { color: rgb(1, 2, 3) !important }</style>
<p id="styled" style="color: rgb(1, 2, 3)">styled</p>
<img src="/stolen" onerror="document.title = 'scripted'" alt="">
<iframe src="/framed" title="framed"></iframe>
<form action="/phished"><button>Send</button></form>`;

/** English and another one; with `PAGE_LANGUAGES=all`, every language. */
const isAll = process.env.PAGE_LANGUAGES === "all";
const languages = LANGUAGE_CODES.slice(0, isAll ? undefined : 2);

/** The pages of each language, and those of a brand with nothing but a name. */
const galleries = new Map<string, ReadonlyMap<string, Reply>>([
  ...(await Promise.all(
    languages.map(async (language) => [language, await createGallery(language)] as const),
  )),
  ["plain", await createGallery("en", TEST_CONFIGURATION)] as const,
]);

const smuggled = `${GALLERY.get("install-several")?.body}`.replace("</main>", `${SMUGGLED}</main>`);

const replies = new Map<string, Reply>([
  ...[...galleries].flatMap(([name, gallery]) =>
    [...gallery].map(([page, reply]) => [`${name}/${page}`, reply] as const),
  ),
  ...GALLERY,
  ["smuggled", { ...GALLERY.get("install-several"), body: smuggled }],
]);

const sent: string[] = [];
const server = await listen(0, async (request, response) => {
  sent.push(`${request.url}`);
  send(response, toResponse(replies.get(`${request.url}`.slice(1))));
});
afterAll(server.close);

const urlOf = (name: string) => `${server.url}/${name}`;

/** The pages of a gallery. Those of the error codes differ by their texts alone: English has all of them. */
function pagesOf(name: string, withCodes = name === "en"): string[] {
  const codes: readonly string[] = CODES;
  const pages = [...(galleries.get(name)?.keys() ?? [])];
  const shown = pages.filter((page) => isAll || withCodes || !codes.includes(page));
  return shown.map((page) => `${name}/${page}`);
}

const everywhere = [...galleries.keys()].flatMap((name) => pagesOf(name));

/** Opens pages in turn, every one unless some are given, and gathers the findings of `find`. */
async function inspect(
  page: Page,
  find: () => Promise<unknown[]>,
  names: Iterable<string> = everywhere,
): Promise<unknown[]> {
  const findings: unknown[] = [];
  for (const name of names) {
    await page.goto(urlOf(name));
    findings.push(...(await find()).map((finding) => [name, finding]));
  }
  return findings;
}

describe.each(["light", "dark"] as const)("in the %s", (colorScheme) => {
  test("all text has a contrast of 4.5 and every mark and control one of 3", async ({ visit }) => {
    const { page } = await visit(server.url, { colorScheme });

    const findings = await inspect(page, async () => {
      const items = await readRenderedItems(page);
      return items.filter(
        ({ kind, colour, background }) =>
          contrast(colour, background) < (kind === "text" ? 4.5 : 3),
      );
    });

    expect(findings).toEqual([]);
  });

  test("the keyboard's focus is plain to see", async ({ visit }) => {
    const { page } = await visit(urlOf("access_denied"), { colorScheme });
    const sheet = page.locator(".card");
    const background = await readStyle(sheet, "background-color");

    await page.keyboard.press("Tab");

    const focused = page.locator("a:focus");
    expect(await focused.textContent()).toContain("Start again");
    expect(await readStyle(focused, "outline-style")).toBe("solid");
    expect(await readStyle(focused, "outline-width")).toBe("3px");
    const ring = await readStyle(focused, "outline-color");
    expect(contrast(ring, background)).toBeGreaterThanOrEqual(3);
  });
});

test.for([320, 390, 1280])(
  "nothing reaches out of a window %i pixels wide",
  { timeout: 120_000 },
  async (width, { visit }) => {
    const { page } = await visit(server.url, { viewport: { width, height: 700 } });

    const findings = await inspect(page, async () => {
      const items = await readRenderedItems(page);
      return items.filter(({ left, right }) => left < 0 || right > width);
    });

    expect(findings).toEqual([]);
  },
);

test.for([...galleries.keys()])(
  "every page has one heading that is its title, one main part, and its language: %s",
  async (name, { visit }) => {
    const { page } = await visit(server.url);

    const findings = await inspect(
      page,
      async () => {
        const headings = await page.locator("h1").allTextContents();
        const mains = await page.locator("main").count();
        const language = await page.locator("html").getAttribute("lang");
        const expected = name === "plain" ? "en" : name;
        // Browsers leave the marks around names out of the title.
        const title = headings.join().replace(/[\u2066-\u2069]/g, "");
        const shown = (await page.title()).replace(/[\u2066-\u2069]/g, "");
        const isSound = title === shown && mains === 1 && language === expected;
        return isSound ? [] : [{ headings, mains, language }];
      },
      pagesOf(name),
    );

    expect(findings).toEqual([]);
  },
);

describe.each(["light", "dark"] as const)("axe finds no violation in the %s", (colorScheme) => {
  test.for([...galleries.keys()])("%s", { timeout: 120_000 }, async (name, { visit }) => {
    const { page } = await visit(server.url, { colorScheme });

    const findings = await inspect(
      page,
      async () => {
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => window.axe.run());
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
      },
      pagesOf(name, false),
    );

    expect(findings).toEqual([]);
  });
});

test("no page loads anything but itself, and the browser has no complaint", async ({ visit }) => {
  const { page, requests, complaints } = await visit(server.url);
  const before = requests.length;

  await inspect(page, async () => []);

  const loaded = requests.slice(before).filter((url) => !url.startsWith("data:"));
  expect(loaded).toEqual(everywhere.map(urlOf));
  expect(complaints).toEqual([]);
});

test("the style is applied", async ({ visit }) => {
  const { page } = await visit(urlOf("install"), { colorScheme: "light" });

  expect(await readStyle(page.locator("body"), "background-color")).toBe("rgb(243, 244, 247)");
});

test("markup that was smuggled into a page runs, styles and loads nothing", async ({ visit }) => {
  const { page } = await visit(urlOf("smuggled"));

  expect(await page.title()).toBe("Patchwork");
  expect(await readStyle(page.locator("h1"), "color")).not.toBe("rgb(1, 2, 3)");
  expect(await readStyle(page.locator("#styled"), "color")).not.toBe("rgb(1, 2, 3)");
  expect(sent).toContain("/smuggled");
  expect(sent).not.toContain("/stolen");
  expect(sent).not.toContain("/framed");
});

test("a form that was smuggled into a page sends nothing", async ({ visit }) => {
  const { page, complaints } = await visit(urlOf("smuggled"));

  // The click would wait for a page that never comes.
  await page.getByRole("button", { name: "Send" }).click({ noWaitAfter: true });

  await expect.poll(() => complaints.join("\n")).toContain("form-action 'none'");
  expect(sent.filter((path) => path.startsWith("/phished"))).toEqual([]);
});

test.for([
  ["link-hostile", HOSTILE],
  ["link-endless", ENDLESS],
  ["success-hostile", HOSTILE],
  ["success-endless", ENDLESS],
  ["success-reversed", REVERSED],
] as const)("on the page %s, the name is text", async ([name, text], { visit }) => {
  const { page } = await visit(urlOf(name));

  const shown = page.locator(name.startsWith("link") ? ".note" : "dd").first();
  expect(await shown.textContent()).toContain(text);
  expect(await page.locator("script, form, body style").count()).toBe(0);
});

test("a script in the logo does not run", async ({ visit }) => {
  const { page } = await visit(urlOf("install"));

  const logo = page.locator("img.logo");
  expect(
    await logo.evaluate((image: { naturalWidth: number }) => image.naturalWidth),
  ).toBeGreaterThan(0);
  expect(await page.title()).toBe("Add Patchwork to GitHub");
});

test("a name that turns the text around does so for itself alone", async ({ visit }) => {
  const { page } = await visit(urlOf("success-reversed"));

  expect(await readStyle(page.locator("bdi"), "unicode-bidi")).toBe("isolate");
});

test("every error code has a page that says what happened and what to do, with a way on", async ({
  visit,
}) => {
  const { page } = await visit(server.url);

  const read = async () => [
    await page.locator("main p").count(),
    await page.locator(".go a").first().getAttribute("href"),
  ];
  const findings = await inspect(page, async () => [await read()], CODES);

  expect(findings).toEqual(CODES.map((code) => [code, [2, "../"]]));
});
