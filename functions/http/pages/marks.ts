import { type Html, html } from "./html.ts";

/** The arrow at the end of a button. */
export const ARROW = icon("M5 12h14m-6-6 6 6-6 6");

export const CHECK = icon("m5 12.5 4.5 4.5L19 7.5");

export const CROSS = icon("m6.5 6.5 11 11m0-11-11 11");

/** The status of an install at the top of a page. */
export const STATUS_MARKS = {
  done: mark("done", CHECK),
  paused: mark("", icon("M9.5 6v12m5-12v12")),
  delayed: mark("", icon("M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 4v4.5l3 1.5")),
  broken: mark("trouble", icon("M12 5v8.5m0 5v.01")),
} as const;

function mark(tone: "" | "done" | "trouble", drawing: Html): Html {
  return html`<div class="status ${tone}" aria-hidden="true">${drawing}</div>`;
}

/** Returns an SVG icon of one path, in a box of 24 by 24. */
export function icon(path: string): Html {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
}
