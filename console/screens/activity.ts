import { html } from "hono/html";
import type { LogLine } from "../../cli/target/log-lines.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderTime } from "../parts.ts";
import { readInstallation } from "../reads.ts";

const DAY_MS = 86_400_000;

/** Adds the screen with the log lines about an installation, newest first. */
export function addActivity(app: ConsoleApp, screen: Screen): void {
  const { target } = screen.subject;
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
    return renderPage(c, screen, {
      title: `Activity of ${item.organization_name}`,
      entry: "/",
      content: html`<p class="quiet">The log lines of the last 24 hours, newest first.</p>
${lines.length === 0 ? html`<p>There are none.</p>` : renderLines(lines.toReversed())}
<p class="actions"><a href="/installations/${item.id}">Back to ${item.organization_name}</a></p>`,
    });
  });
}

function renderLines(lines: readonly LogLine[]) {
  const rows = lines.map(({ time, functionName, fields }) => {
    const result = fields.error ?? fields.reason ?? fields.outcome;
    return html`<tr><th scope="row">${renderTime(time.toISOString())}</th>
<td>${functionName}${fields.caller === undefined ? "" : html`<small>by ${fields.caller}</small>`}</td>
<td>${fields.event ?? fields.message ?? ""}</td>
<td>${result === undefined ? "" : html`<span class="${fields.error === undefined ? "" : "bad"}">${result}</span>`}</td>
<td><code>${fields.request_id ?? ""}</code></td></tr>`;
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="Activity"><table class="stack">
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Function</th><th scope="col">Event</th><th scope="col">Result</th><th scope="col">Request</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
