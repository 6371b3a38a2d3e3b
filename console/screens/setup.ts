import { html } from "hono/html";
import { checkTarget } from "../../cli/check.ts";
import type { StageCheck } from "../../core/stage-check.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";

const TONES = { ok: "good", warning: "warn", problem: "bad" } as const;

/** Adds the screen of the set-up, with the checks of `grantkeep check`. */
export function addSetup(app: ConsoleApp, screen: Screen): void {
  app.get("/setup", async (c) => {
    const checks = await checkTarget(screen.subject.target);
    const problems = checks.filter(({ status }) => status === "problem").length;
    return renderPage(c, screen, {
      title: "Set-up",
      content: html`<p>${problems === 0 ? "No problem was found." : `Problems: ${problems}`}</p>
<div class="table" tabindex="0" role="region" aria-label="Checks"><table class="stack">
<thead><tr><th scope="col">Check</th><th scope="col">Status</th><th scope="col">Found</th></tr></thead>
<tbody>${checks.map(renderCheck)}</tbody></table></div>`,
    });
  });
}

function renderCheck({ name, status, summary, action }: StageCheck) {
  return html`<tr><th scope="row">${name}</th>
<td><span class="${TONES[status]}">${status}</span></td>
<td>${summary}${action === null ? "" : html`<small>${action}</small>`}</td></tr>`;
}
