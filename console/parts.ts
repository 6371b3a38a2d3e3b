import { html } from "hono/html";
import type { InstallationItem } from "../functions/http/responses.ts";
import type { Markup, Screen } from "./context.ts";
import { describeHealth } from "./health.ts";

export const PLATFORM_NAMES = { github: "GitHub", slack: "Slack", jira: "Jira" } as const;

/** Renders a time as a person reads it, in UTC, or a dash. */
export function renderTime(timestamp: string | null): Markup {
  if (timestamp === null) return html`–`;
  const text = timestamp.slice(0, "2026-11-28T12:00".length).replace("T", " ");
  return html`<time datetime="${timestamp}">${text}</time>`;
}

/** Renders the health of an installation in a few words. */
export function renderHealth(item: InstallationItem): Markup {
  const { tone, text } = describeHealth(item);
  const marks = { good: "●", warn: "▲", bad: "✕" } as const;
  return html`<span class="${tone}"><span aria-hidden="true">${marks[tone]}</span> ${text}</span>`;
}

/** Returns the customer that an installation belongs to, from its metadata. */
export function customerOf({ metadata }: InstallationItem): string | undefined {
  const value = metadata.display_name ?? Object.values(metadata)[0];
  return value === undefined || value === null ? undefined : String(value);
}

/** Renders installations as a table, which becomes a list of cards on a phone. */
export function renderInstallations(items: readonly InstallationItem[]): Markup {
  const rows = items.map(
    (item) => html`<tr>
<th scope="row"><a href="/installations/${item.id}">${item.organization_name}</a>
<small>${PLATFORM_NAMES[item.platform]} · ${item.organization_id}</small></th>
<td>${customerOf(item) ?? html`<span class="quiet">unbound</span>`}</td>
<td>${renderHealth(item)}</td>
<td>${renderTime(item.last_looked_up_at)}</td>
<td>${renderTime(item.installed_at)}<small>${item.installed_by}</small></td>
</tr>`,
  );
  return html`<div class="table" tabindex="0" role="region" aria-label="Installations"><table class="stack">
<thead><tr><th scope="col">Organization</th><th scope="col">Customer</th><th scope="col">Health</th><th scope="col">Last lookup (UTC)</th><th scope="col">Installed (UTC)</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** Renders a button that changes something, which is disabled until changes are unlocked. */
export function renderAction(
  { session }: Screen,
  action: string,
  text: string,
  style: "" | "plain" | "danger" = "plain",
): Markup {
  return html`<form method="post" action="${action}"><button class="${style}"${
    session.isUnlocked() ? "" : html` disabled title="Unlock changes first"`
  }>${text}</button></form>`;
}

/** Renders a text to copy, with the button that copies it. */
export function renderCopy(text: string, label: string): Markup {
  return html`<p><code>${text}</code></p>
<div class="actions"><button data-copy="${text}" hidden>${label}</button></div>
<p id="copied" role="status"></p>`;
}
