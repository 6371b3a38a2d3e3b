/** The style sheet, which every page contains and the content security policy allows by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #eef3f0; --sheet: #fff; --band: #f4f8f6; --line: #d3ded8; --ink: #13231d; --quiet: #4c5f57; --accent: #0f5f49; --button: #0f5f49; --tone: var(--accent); }
.done { --band: #dff1e7; --line: #bcdccb; }
.trouble { --band: #fbeee4; --line: #ebd3c2; --tone: #9a3f12; }
@media (prefers-color-scheme: dark) {
:root { --paper: #0b110f; --sheet: #131b18; --band: #18221e; --line: #2b3a34; --ink: #e6efeb; --quiet: #a2b5ac; --accent: #7dd6b3; --button: #1d7a5d; }
.done { --band: #14301f; --line: #24503a; }
.trouble { --band: #2e1f16; --line: #4d3627; --tone: #f0ab84; }
}
* { box-sizing: border-box; margin: 0; }
body { display: grid; grid-template-rows: 1fr auto; min-height: 100vh; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "Helvetica Neue", sans-serif; overflow-wrap: anywhere; text-wrap: pretty; -webkit-text-size-adjust: 100%; }
main { align-self: center; justify-self: center; width: 100%; max-width: 29rem; margin: 2rem 0; overflow: hidden; border: 1px solid var(--line); border-radius: 1rem; background: var(--sheet); }
svg { flex: none; width: 1.5rem; height: 1.5rem; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.illustration { display: flex; align-items: center; justify-content: center; gap: .875rem; padding: 1.75rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--band); color: var(--quiet); }
.illustration svg { width: 2.25rem; height: 2.25rem; stroke-width: 1.5; }
.illustration span { display: flex; flex: 0 1 11rem; align-items: center; gap: .625rem; color: var(--tone); }
.illustration span::before, .illustration span::after { content: ""; flex: 1; height: 2px; background: repeating-linear-gradient(90deg, currentColor 0 .25rem, #0000 0 .5rem); }
.illustration span::before { scale: -1 1; }
.illustration span svg { width: 1.75rem; height: 1.75rem; stroke-width: 1.75; }
.done span::before, .done span::after { background: currentColor; }
.text { padding: 1.75rem 2rem 2rem; }
h1 { font-size: 1.625rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
p { margin-top: .625rem; color: var(--quiet); }
dl { margin-top: 1.25rem; }
dl + p { margin-top: 1.25rem; }
dt { margin-top: .75rem; font-size: .875rem; color: var(--quiet); }
dd { overflow-y: clip; font-weight: 600; }
code { display: inline-block; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
ul { padding: 0; list-style: none; }
.go { margin-top: 1.5rem; }
.go li + li { margin-top: .625rem; }
.go a, button { display: flex; align-items: center; gap: .75rem; width: 100%; min-height: 3.25rem; padding: .625rem 1.125rem; border: 2px solid var(--button); border-radius: .625rem; background: var(--button); color: #fff; font: inherit; font-weight: 600; text-align: start; text-decoration: none; cursor: pointer; }
.go .plain { border-color: var(--accent); background: none; color: var(--accent); }
.go svg:last-child { margin-inline-start: auto; }
.go :hover { text-decoration: underline; text-underline-offset: .2em; }
.go :hover > svg:last-child { translate: .1875rem; }
small { display: block; font-size: .875rem; font-weight: 400; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
.fine { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .875rem; color: var(--quiet); }
.fine li + li { margin-top: .375rem; }
footer { display: flex; align-items: center; justify-content: center; gap: .5rem; padding: 1rem; font-size: .875rem; color: var(--quiet); }
footer svg { width: 1.25rem; height: 1.25rem; }
@media (max-width: 30rem) {
body { background: var(--sheet); }
main { align-self: start; margin: 0; border: 0; border-radius: 0; }
.text { padding: 1.5rem 1.25rem; }
}
`;
