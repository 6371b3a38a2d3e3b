import type { Page } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { installPage } from "../../functions/http/pages/install-page.ts";
import { page as pageReply, type Reply } from "../../functions/http/reply.ts";
import { send, toResponse } from "../../local/gateway/result.ts";
import { listen } from "../../local/http-server.ts";
import { test } from "../support/browser-test.ts";
import { contrast } from "../support/contrast.ts";
import { CODES, ENDLESS, GALLERY, HOSTILE, REVERSED } from "../support/page-gallery.ts";
import { readRenderedItems, readStyle } from "../support/rendered-page.ts";

const SMUGGLED = `
<script>document.title = "scripted"</script>
<style>h1 { color: rgb(1, 2, 3) !important }</style>
<p id="styled" style="color: rgb(1, 2, 3)">styled</p>
<img src="/stolen" onerror="document.title = 'scripted'" alt="">
<iframe src="/framed" title="framed"></iframe>
<form action="/phished"><button>Send</button></form>`;

const replies = new Map<string, Reply>([
  ...GALLERY,
  ["smuggled", pageReply(200, installPage(["github"]).replace("</main>", `${SMUGGLED}</main>`))],
]);

const sent: string[] = [];
const server = await listen(0, async (request, response) => {
  sent.push(`${request.url}`);
  send(response, toResponse(replies.get(`${request.url}`.slice(1))));
});
afterAll(server.close);

const urlOf = (name: string) => `${server.url}/${name}`;

/** Opens pages in turn, every one unless told which, and gathers what `find` has to complain of. */
async function inspect(
  page: Page,
  find: () => Promise<unknown[]>,
  names: Iterable<string> = GALLERY.keys(),
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
    const sheet = page.locator("main");
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
  async (width, { visit }) => {
    const { page } = await visit(server.url, { viewport: { width, height: 700 } });

    const findings = await inspect(page, async () => {
      const items = await readRenderedItems(page);
      return items.filter(({ left, right }) => left < 0 || right > width);
    });

    expect(findings).toEqual([]);
  },
);

test("every page has one heading that is its title, one main part, and its language", async ({
  visit,
}) => {
  const { page } = await visit(server.url);

  const findings = await inspect(page, async () => {
    const headings = await page.locator("h1").allTextContents();
    const mains = await page.locator("main").count();
    const language = await page.locator("html").getAttribute("lang");
    const isSound = headings.join() === (await page.title()) && mains === 1 && language === "en";
    return isSound ? [] : [{ headings, mains, language }];
  });

  expect(findings).toEqual([]);
});

test("no page loads anything but itself, and the browser has no complaint", async ({ visit }) => {
  const { page, requests, complaints } = await visit(server.url);
  const before = requests.length;

  await inspect(page, async () => []);

  expect(requests.slice(before)).toEqual([...GALLERY.keys()].map(urlOf));
  expect(complaints).toEqual([]);
});

test("the style is applied", async ({ visit }) => {
  const { page } = await visit(urlOf("install"), { colorScheme: "light" });

  expect(await readStyle(page.locator("body"), "background-color")).toBe("rgb(238, 243, 240)");
});

test("markup that was smuggled into a page runs, styles and loads nothing", async ({ visit }) => {
  const { page } = await visit(urlOf("smuggled"));

  expect(await page.title()).toBe("Install the bot");
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

  expect(await page.locator("dd").first().textContent()).toBe(text);
  expect(await page.locator("script, form, img, body style").count()).toBe(0);
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
    await page.locator("p").count(),
    await page.getByRole("link").getAttribute("href"),
  ];
  const findings = await inspect(page, async () => [await read()], CODES);

  expect(findings).toEqual(CODES.map((code) => [code, [2, "../"]]));
});
