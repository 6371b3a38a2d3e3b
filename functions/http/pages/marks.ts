import { type Html, html } from "./html.ts";

const BOT = icon(
  "M12 8V4.5m-5 3.5h10a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3v-5a3 3 0 0 1 3-3Zm2 5v1.5m6-1.5v1.5",
);
const ORGANIZATION = icon("M3.5 20h17M5.5 20V6l8-2.5V20m0-10.5 5 2V20M9 8.5h1M9 12h1m-1 3.5h1");
const KEY = icon("M7 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm4 4h11m-3.5 0v3.5M15 12v2.5");
const CHECK = icon("m5 12.5 4.5 4.5L19 7.5");
const PAUSE = icon("M9.5 6v12m5-12v12");
const CLOCK = icon("M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 4v4.5l3 1.5");
const BREAK = icon("M12 5v8.5m0 5v.01");

/** The arrow at the end of a button. */
export const ARROW = icon("M5 12h14m-6-6 6 6-6 6");

/** The mark of Grantkeep: a keep with a keyhole. */
export const KEEP = icon(
  "M6 21V9L4.5 8V3.5h3V6h3V3.5h3V6h3V3.5h3V8L18 9v12ZM12 12a1 1 0 0 1 0 2 1 1 0 0 1 0-2Zm0 2v2.5",
);

/** The illustration at the top of a page: a bot and an organization, and the status of their connection. */
export const ILLUSTRATIONS = {
  offered: illustration("", KEY),
  done: illustration("done", CHECK),
  paused: illustration("", PAUSE),
  delayed: illustration("", CLOCK),
  broken: illustration("trouble", BREAK),
} as const;

function illustration(tone: "" | "done" | "trouble", status: Html): Html {
  return html`<div class="illustration ${tone}" aria-hidden="true">${BOT}<span>${status}</span>${ORGANIZATION}</div>`;
}

/** Returns an SVG icon of one path, in a box of 24 by 24. */
export function icon(path: string): Html {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
}
