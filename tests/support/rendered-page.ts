import type { Locator, Page } from "playwright-core";

/** A run of text, a drawn mark, or the edge of a control, as it is on the screen. */
export interface RenderedItem {
  readonly what: string;
  readonly kind: "text" | "mark" | "control";
  readonly colour: string;
  readonly background: string;
  /** How far it reaches, in CSS pixels from the left edge of the window. */
  readonly left: number;
  readonly right: number;
}

interface Box {
  readonly textContent: string | null;
  readonly parentElement: Box | null;
  matches(selector: string): boolean;
  getBoundingClientRect(): { left: number; right: number };
}

interface Style {
  readonly color: string;
  readonly stroke: string;
  readonly backgroundColor: string;
  readonly borderTopColor: string;
  getPropertyValue(property: string): string;
}

// What the functions below use of the browser: they run in the page, where all of it is.
declare const document: {
  body: Box;
  createTreeWalker(root: Box, show: number): { nextNode(): Box | null };
  createRange(): { selectNodeContents(node: Box): void } & Pick<Box, "getBoundingClientRect">;
  querySelectorAll(selector: string): Iterable<Box>;
};
declare function getComputedStyle(box: Box): Style;

/** Everything on a page that can be seen, with the colours that the browser computed for it. */
export function readRenderedItems(page: Page): Promise<RenderedItem[]> {
  return page.evaluate(() => {
    function backgroundOf(box: Box | null): string {
      if (box === null) return "rgb(255, 255, 255)";
      const { backgroundColor } = getComputedStyle(box);
      return /, 0\)$/.test(backgroundColor) ? backgroundOf(box.parentElement) : backgroundColor;
    }

    const items: RenderedItem[] = [];
    const texts = document.createTreeWalker(document.body, 4);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const what = text.textContent?.trim();
      const parent = text.parentElement;
      if (!what || !parent) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const { left, right } = range.getBoundingClientRect();
      const colour = getComputedStyle(parent).color;
      items.push({ what, kind: "text", colour, background: backgroundOf(parent), left, right });
    }

    for (const box of document.querySelectorAll("svg, a, button")) {
      const { stroke, borderTopColor } = getComputedStyle(box);
      const kind = box.matches("svg") ? "mark" : "control";
      const colour = kind === "mark" ? stroke : borderTopColor;
      const what = box.parentElement?.textContent?.trim() ?? "";
      const { left, right } = box.getBoundingClientRect();
      items.push({ what, kind, colour, background: backgroundOf(box.parentElement), left, right });
    }
    return items;
  });
}

/** Returns the computed value of a CSS property of an element, e.g. `outline-color`. */
export function readStyle(element: Locator, property: string): Promise<string> {
  return element.evaluate(
    (box: Box, name) => getComputedStyle(box).getPropertyValue(name),
    property,
  );
}
