/** The style sheet of the console. The content security policy allows it by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --paper: light-dark(#f4f6f5, #0e1211); --sheet: light-dark(#fff, #171d1b); --line: light-dark(#dde2e0, #333c39); --ink: light-dark(#14201c, #e6ebe9); --quiet: light-dark(#52605b, #a5b0ac); --accent: light-dark(#0f5d47, #7fd1b3); --soft: light-dark(#e2efea, #1d2f28); --button: #0f5d47; --good: light-dark(#17693f, #74d39c); --warn: light-dark(#7a4a00, #e3b15c); --bad: light-dark(#a3230f, #f59284); }
* { box-sizing: border-box; margin: 0; min-width: 0; }
body { background: var(--paper); color: var(--ink); font: .9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; overflow-wrap: anywhere; }
.frame { display: grid; grid-template-columns: 13rem 1fr; min-height: 100vh; }
header { padding: 1.25rem .875rem; border-right: 1px solid var(--line); background: var(--sheet); }
.name { padding: 0 .75rem .75rem; font-size: 1.0625rem; font-weight: 700; }
ul { padding: 0; list-style: none; }
nav a { display: block; padding: .4375rem .75rem; border-radius: .5rem; color: var(--ink); text-decoration: none; }
nav a:hover { background: var(--soft); }
nav [aria-current] { background: var(--soft); color: var(--accent); font-weight: 600; }
.stage { margin: 1rem .75rem 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .875rem; color: var(--quiet); }
.stage button { margin-top: .5rem; }
main { padding: 1.5rem; max-width: 76rem; width: 100%; }
.bare { margin: 10vh auto; max-width: 34rem; }
h1 { margin-bottom: 1rem; font-size: 1.375rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p + p { margin-top: .5rem; }
a { color: var(--accent); }
small, .quiet { font-size: .875rem; color: var(--quiet); }
td small, th small { display: block; font-weight: 400; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin-bottom: 1rem; }
.tiles li, .card { padding: .875rem 1rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--sheet); }
.tiles strong { display: block; font-size: 1.375rem; }
.counted { margin: -.5rem 0 1rem; }
.card + .card, .card + .table, .table + .card { margin-top: 1rem; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-bottom: .75rem; }
label { display: grid; gap: .125rem; font-size: .875rem; color: var(--quiet); }
input, select { min-height: 2.5rem; padding: .375rem .625rem; border: 1px solid var(--quiet); border-radius: .5rem; background: var(--sheet); color: var(--ink); font: inherit; }
button, .button { display: inline-block; min-height: 2.5rem; padding: .4375rem .875rem; border: 2px solid var(--button); border-radius: .5rem; background: var(--button); color: #fff; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
.plain { border-color: var(--accent); background: none; color: var(--accent); }
.danger { border-color: var(--bad); background: none; color: var(--bad); }
button:disabled { border-color: var(--line); background: none; color: var(--quiet); cursor: not-allowed; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1rem; }
.table { overflow-x: auto; border: 1px solid var(--line); border-radius: .75rem; background: var(--sheet); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem .75rem; border-top: 1px solid var(--line); text-align: start; vertical-align: top; }
time { white-space: nowrap; }
thead th { border-top: 0; overflow-wrap: normal; font-size: .8125rem; color: var(--quiet); }
tbody th { font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: .25rem 1rem; }
dt { color: var(--quiet); }
code, pre { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; }
.good { color: var(--good); }
.warn { color: var(--warn); }
.bad { color: var(--bad); }
.good, .warn, .bad { font-weight: 600; }
td > .good, td > .warn, td > .bad { overflow-wrap: normal; }
[role=status], [role=alert] { margin-bottom: 1rem; padding: .75rem 1rem; border: 1px solid var(--line); border-inline-start: .25rem solid var(--accent); border-radius: .5rem; background: var(--sheet); }
[role=alert] { border-inline-start-color: var(--bad); }
[role=status]:empty { display: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 48rem) {
.frame { display: block; }
header { padding: .875rem 1rem; border: 0; border-bottom: 1px solid var(--line); }
.name { padding: 0 0 .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem; }
nav a { padding: .375rem .625rem; border: 1px solid var(--line); }
.stage { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; margin: .75rem 0 0; padding-top: .75rem; }
.stage form { display: flex; gap: .75rem; align-items: center; }
.stage p + p, .stage button { margin-top: 0; }
main { padding: 1rem; }
dl { display: block; }
dd { margin-bottom: .5rem; }
.table:has(.stack) { border: 0; background: none; }
.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.stack tr { display: block; margin-bottom: .625rem; padding: .5rem 0; border: 1px solid var(--line); border-radius: .75rem; background: var(--sheet); }
.stack th, .stack td { display: block; padding: .125rem .875rem; border: 0; }
.stack td:empty { display: none; }
}
`;
