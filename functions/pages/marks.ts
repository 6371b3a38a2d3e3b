import { type Html, html } from "./html.ts";

const key = icon("M15 7a4 4 0 1 0-3.9 5H13l1.5 1.5L16 12l1.5 1.5L19 12l2 2M9 8h.01");
const check = icon("M5 12.5l4.5 4.5L19 7.5");
const cross = icon("M7 7l10 10M17 7L7 17");

/** Points on from a button. */
export const ARROW = icon("M5 12h14M13 6l6 6-6 6");

/** The round mark above a heading: what kind of page this is, for the eye alone. */
export const MARK = {
  install: html`<div class="mark">${key}</div>`,
  good: html`<div class="mark good">${check}</div>`,
  bad: html`<div class="mark bad">${cross}</div>`,
} as const;

function icon(path: string): Html {
  return html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;
}
