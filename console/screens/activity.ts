import { html } from "hono/html";
import type { LogLine } from "../../cli/target/log-lines.ts";
import { type Case, isFailure, toCase } from "../../cli/why/cases.ts";
import { describeLine, isCounter } from "../../cli/why/describe-line.ts";
import { explain } from "../../cli/why/explain.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderTime } from "../parts.ts";
import { readInstallation } from "../reads.ts";

const DAY_MS = 86_400_000;

/** Adds the screen with the log lines about an installation, newest first. */
export function addActivity(app: ConsoleApp, screen: Screen): void {
  const { subject } = screen;
  const { target } = subject;
  app.get("/installations/:id/activity", async (c) => {
    const item = await readInstallation(target, c.req.param("id"));
    const until = new Date();
    const lines = await target.readLogs({
      from: new Date(until.getTime() - DAY_MS),
      until,
      // A lookup that failed may know only the organization.
      filters: [
        [
          { field: "installation_id", value: item.id },
          { field: "organization_id", value: item.organization_id },
        ],
      ],
    });
    const shown = lines.filter((line) => !isCounter(line)).toReversed();
    return renderPage(c, screen, {
      title: `Activity of ${item.organization_name}`,
      entry: "/",
      content: html`<p class="quiet">The log lines of the last 24 hours, newest first.</p>
${shown.length === 0 ? html`<p>There are none.</p>` : renderLines(shown, subject.stage)}
<p class="actions"><a href="/installations/${item.id}">Back to ${item.organization_name}</a></p>`,
    });
  });
}

function renderLines(lines: readonly LogLine[], stage: string | undefined) {
  const rows = lines.map((line) => {
    const { time, functionName, fields } = line;
    const failed = toCase([line]);
    return html`<tr><th scope="row">${renderTime(time.toISOString())}</th>
<td>${isFailure(line) ? html`<span class="bad">${describeLine(line)}</span>` : describeLine(line)}${
      isFailure(line) && failed ? renderAdvice(failed, stage) : ""
    }</td>
<td>${fields.caller ?? "–"}</td>
<td><code>${fields.request_id ?? ""}</code><small>${functionName}</small></td></tr>`;
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="Activity"><table class="stack">
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Event</th><th scope="col">Caller</th><th scope="col">Request</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function renderAdvice(failed: Case, stage: string | undefined): Markup {
  const { why, next } = explain(failed, { stage: stage === undefined ? "" : ` --stage ${stage}` });
  return html`<small>${why}</small><small>Next: ${next}</small>`;
}
