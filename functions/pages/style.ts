/** The one style sheet, inlined in every page and named in the CSP by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #5b6470; --paper: #f6f7f9; --card: #fff; --line: #d9dde3; --accent: #0b5fcc; --accent-ink: #fff; --good: #17713b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff3; --quiet: #a5afbb; --paper: #101318; --card: #191d24; --line: #333a45; --accent: #7db4ff; --accent-ink: #0a1a30; --good: #6fd397; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: 1fr auto; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { align-self: center; justify-self: center; width: min(27rem, 100% - 2rem); margin: 2rem 0; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .875rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 1rem; color: var(--quiet); overflow-wrap: anywhere; }
strong { color: var(--ink); font-weight: 600; }
code { font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.mark { display: grid; place-items: center; width: 3rem; height: 3rem; margin-bottom: 1.25rem; border-radius: 50%; border: 1.5px solid currentColor; color: var(--accent); }
.mark.good { color: var(--good); }
.mark.bad { color: var(--bad); }
.mark svg { width: 1.5rem; height: 1.5rem; }
ul { list-style: none; margin: 1.5rem 0 0; padding: 0; display: grid; gap: .75rem; }
.button { display: flex; align-items: center; justify-content: center; gap: .625rem; min-height: 3rem; padding: .625rem 1rem; border-radius: .5rem; background: var(--accent); color: var(--accent-ink); font-weight: 600; text-decoration: none; }
.button:hover { text-decoration: underline; text-underline-offset: .2em; }
.button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.button svg { width: 1.25rem; height: 1.25rem; flex: none; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .375rem 1rem; margin: 1.25rem 0; padding: 1rem 0; border-block: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.fine { margin: 1.25rem 0 0; font-size: .875rem; }
footer { padding: 1rem; text-align: center; font-size: .875rem; color: var(--quiet); }
`;
