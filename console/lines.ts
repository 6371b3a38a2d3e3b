import { html } from "hono/html";
import type { LogLine } from "../cli/target/log-lines.ts";
import { type Case, isFailure, toCase } from "../cli/why/cases.ts";
import { describeLine } from "../cli/why/describe-line.ts";
import { explain } from "../cli/why/explain.ts";
import type { Markup } from "./context.ts";
import { renderTime } from "./parts.ts";

/** Renders log lines as a table, each failure with its cause and the next step. */
export function renderLines(
  label: string,
  cases: readonly Pick<Case, "conclusion" | "count">[],
  stage: string | undefined,
): Markup {
  const rows = cases.map(({ conclusion: line, count }) => {
    const { time, functionName, fields } = line;
    return html`<tr><th scope="row">${renderTime(time.toISOString())}</th>
<td>${renderWhat(line)}${count > 1 ? html` <span class="quiet">${count} times</span>` : ""}${renderAdvice(line, stage)}</td>
<td>${renderSubject(line)}</td>
<td>${fields.caller ?? "–"}</td>
<td><code>${fields.request_id ?? ""}</code><small>${functionName}</small></td></tr>`;
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="${label}"><table class="stack">
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Event</th><th scope="col">Organization</th><th scope="col">Caller</th><th scope="col">Request</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function renderWhat(line: LogLine): Markup {
  const text = describeLine(line);
  return isFailure(line) ? html`<span class="bad">${text}</span>` : html`${text}`;
}

function renderAdvice(line: LogLine, stage: string | undefined): Markup {
  const failed = isFailure(line) ? toCase([line]) : undefined;
  if (!failed) return html``;
  const { why, next } = explain(failed, {
    stage: stage === undefined ? "" : ` --stage ${stage}`,
  });
  return html`<small>${why}</small><small>Next: ${next}</small>`;
}

function renderSubject({ fields }: LogLine): Markup {
  const { installation_id: id, organization_id: organization } = fields;
  if (id === undefined) return html`${organization ?? "–"}`;
  return html`<a href="/installations/${id}">${organization ?? "installation"}</a>`;
}
