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

/** Points on, at the end of a button. */
export const ARROW = icon("M5 12h14m-6-6 6 6-6 6");

/** Grantkeep itself: a keep with its keyhole. */
export const KEEP = icon(
  "M6 21V9L4.5 8V3.5h3V6h3V3.5h3V6h3V3.5h3V8L18 9v12ZM12 12a1 1 0 0 1 0 2 1 1 0 0 1 0-2Zm0 2v2.5",
);

/** The tie between bot and organization, at the head of a page: how it stands, for the eye alone. */
export const TIE = {
  offered: tie("", KEY),
  done: tie("done", CHECK),
  paused: tie("", PAUSE),
  delayed: tie("", CLOCK),
  broken: tie("trouble", BREAK),
} as const;

function tie(tone: "" | "done" | "trouble", state: Html): Html {
  return html`<div class="tie ${tone}" aria-hidden="true">${BOT}<span>${state}</span>${ORGANIZATION}</div>`;
}

/** Returns an SVG icon of one path, in a box of 24 by 24. */
export function icon(path: string): Html {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
}
