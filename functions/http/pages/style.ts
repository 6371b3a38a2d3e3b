import { channelsOf, contrastOf, TEXT_CONTRAST } from "../../../core/configuration/color.ts";

/** The darkest background that text in the accent color is on, in dark mode. */
const DARK_SHEET = "#17191f";

const SHEET = `
* { box-sizing: border-box; margin: 0; }
body { display: grid; align-items: center; justify-items: center; min-height: 100vh; padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "Helvetica Neue", "Hiragino Sans", "Noto Sans CJK JP", sans-serif; overflow-wrap: anywhere; text-wrap: pretty; -webkit-text-size-adjust: 100%; }
.card { width: 100%; max-width: 33rem; overflow: hidden; border: 1px solid var(--line); border-radius: 1rem; background: var(--sheet); }
header, footer, main { padding: 1.5rem 1.75rem; }
header { display: flex; align-items: center; gap: .875rem; border-bottom: 1px solid var(--line); }
header strong, .about { display: block; }
.about { font-size: .9375rem; color: var(--quiet); }
.logo { flex: none; display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: .75rem; object-fit: contain; }
span.logo { background: var(--button); color: #fff; font-size: 1.375rem; font-weight: 700; }
svg { flex: none; width: 1.5rem; height: 1.5rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.status { display: grid; place-items: center; width: 2.75rem; height: 2.75rem; margin-bottom: 1rem; border-radius: 50%; background: var(--band); color: var(--tone); }
h1 { font-size: 1.625rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin-top: 1.5rem; font-size: .875rem; letter-spacing: .01em; color: var(--quiet); }
p { margin-top: .625rem; color: var(--quiet); }
.note { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .125rem 1rem; padding: .625rem .875rem; border-radius: .625rem; background: var(--band); color: var(--ink); font-weight: 600; }
h1 + .note { margin-top: .75rem; }
.note small { align-self: center; }
ul { padding: 0; list-style: none; }
.can li { display: flex; gap: .75rem; padding: .625rem 0; border-bottom: 1px solid var(--line); }
.can svg { width: 1.25rem; height: 1.5rem; color: var(--good); }
.cannot svg { color: var(--bad); }
small { display: block; font-size: .875rem; font-weight: 400; color: var(--quiet); }
dl { margin-top: 1.25rem; }
dt { margin-top: .75rem; font-size: .875rem; color: var(--quiet); }
dd { overflow-y: clip; font-weight: 600; }
code { display: inline-block; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; user-select: all; }
.go { margin-top: 1.5rem; }
.go li + li { margin-top: .625rem; }
.go a, button { display: flex; align-items: center; gap: .75rem; width: 100%; min-height: 3.25rem; padding: .625rem 1.125rem; border: 2px solid var(--edge); border-radius: .625rem; background: var(--button); color: #fff; font: inherit; font-weight: 600; text-align: start; text-decoration: none; cursor: pointer; }
.go button small { color: #fff; }
.go .plain { border-color: var(--accent); background: none; color: var(--accent); }
.go svg:last-child { margin-inline-start: auto; }
.go :hover { text-decoration: underline; text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
.fine { margin-top: 1.25rem; font-size: .875rem; color: var(--quiet); }
.fine li + li { margin-top: .375rem; }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1.25rem; padding-block: 1.125rem; border-top: 1px solid var(--line); font-size: .875rem; color: var(--quiet); }
footer ul { display: flex; flex-wrap: wrap; gap: .25rem .875rem; }
footer span, footer a { display: inline-block; line-height: 1.75rem; }
footer a { border: 0 solid var(--accent); color: var(--accent); }
@media (max-width: 30rem) {
body { align-items: start; padding: 0; background: var(--sheet); }
.card { border: 0; border-radius: 0; }
header, footer, main { padding-inline: 1.25rem; }
}
`;

/** Returns the style sheet, which every page contains and the content security policy allows by its hash. */
export function createStyle(accent: string): string {
  return `
:root { color-scheme: light dark; --paper: #f3f4f7; --sheet: #fff; --band: #eef0f6; --line: #dcdfe6; --ink: #14171d; --quiet: #4d5563; --good: #15703c; --bad: #b42318; --accent: ${accent}; --button: ${accent}; --edge: ${accent}; --tone: var(--accent); }
.done { --band: #dcf3e4; --tone: #15703c; }
.trouble { --band: #fbe9e2; --tone: #9a3412; }
@media (prefers-color-scheme: dark) {
:root { --paper: #0d0f13; --sheet: ${DARK_SHEET}; --band: #22262f; --line: #343a46; --ink: #e8eaf0; --quiet: #a7afbd; --good: #6fd39a; --bad: #f5958a; --accent: ${readableOnDark(accent)}; --edge: var(--accent); --tone: var(--accent); }
.done { --band: #14301f; --tone: #6fd39a; }
.trouble { --band: #33211a; --tone: #f0ab84; }
}${SHEET}`;
}

/** Returns the accent color, as much lighter as text on a dark background needs. */
function readableOnDark(accent: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const color = lighten(accent, share);
    if (contrastOf(color, DARK_SHEET) >= TEXT_CONTRAST) return color;
  }
  return "#ffffff";
}

function lighten(color: string, share: number): string {
  const channels = channelsOf(color).map((channel) =>
    Math.round(channel + (255 - channel) * share)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${channels.join("")}`;
}
