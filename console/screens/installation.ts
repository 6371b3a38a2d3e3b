import { html } from "hono/html";
import type { InstallationItem } from "../../functions/http/responses.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { describeHealth, settingsUrlOf } from "../health.ts";
import { renderPage } from "../page.ts";
import { customerOf, PLATFORM_NAMES, renderAction, renderHealth, renderTime } from "../parts.ts";
import { readInstallation } from "../reads.ts";

/** Adds the screen of one installation: why it is as it is, and what an operator can do. */
export function addInstallation(app: ConsoleApp, screen: Screen): void {
  app.get("/installations/:id", async (c) => {
    const item = await readInstallation(screen.subject.target, c.req.param("id"));
    return renderPage(c, screen, {
      title: item.organization_name,
      entry: "/",
      content: renderInstallation(screen, item),
    });
  });
}

function renderInstallation(screen: Screen, item: InstallationItem): Markup {
  const { advice } = describeHealth(item);
  return html`<section class="card" aria-label="Installation">
<dl>
<dt>Health</dt><dd>${renderHealth(item)}${advice === undefined ? "" : html`<br>${advice}`}</dd>
<dt>Platform</dt><dd>${PLATFORM_NAMES[item.platform]} · ${item.organization_id}</dd>
<dt>Customer</dt><dd>${customerOf(item) ?? "unbound"}</dd>
<dt>Metadata</dt><dd>${renderPairs(item.metadata)}</dd>
<dt>Token</dt><dd>${renderToken(item)}</dd>
<dt>Scopes</dt><dd>${item.scopes.join(", ") || "–"}</dd>
<dt>Permissions</dt><dd>${renderPairs(item.permissions)}</dd>
<dt>Installed (UTC)</dt><dd>${renderTime(item.installed_at)} by ${item.installed_by}</dd>
<dt>Changed (UTC)</dt><dd>${renderTime(item.updated_at)}</dd>
<dt>Id</dt><dd><code>${item.id}</code></dd>
</dl>
${renderActions(screen, item)}
</section>`;
}

function renderPairs(pairs: Readonly<Record<string, unknown>>): string {
  return (
    Object.entries(pairs)
      .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(", ") || "–"
  );
}

function renderToken(item: InstallationItem): Markup {
  const refreshed = item.last_refreshed_at;
  return html`expires ${renderTime(item.token_expires_at)}${
    refreshed === null ? "" : html`, last refresh ${renderTime(refreshed)}`
  }${item.last_refresh_error === null ? "" : html`, error <code>${item.last_refresh_error}</code>`}`;
}

function renderActions(screen: Screen, item: InstallationItem): Markup {
  const path = `/installations/${item.id}`;
  const settings = settingsUrlOf(item);
  const isDisabled = item.inactive_reason === "disabled";
  return html`<div class="actions">
${renderAction(screen, `${path}/link`, "Create reconnect link", "")}
${renderAction(screen, `${path}/check`, `Check on ${PLATFORM_NAMES[item.platform]}`)}
${isDisabled ? renderAction(screen, `${path}/enable`, "Enable") : ""}
${item.is_active ? renderAction(screen, `${path}/disable`, "Disable") : ""}
${settings === undefined ? "" : html`<a class="button plain" href="${settings}" rel="noreferrer">Open on ${PLATFORM_NAMES[item.platform]}</a>`}
<a class="button plain" href="${path}/activity">Activity</a>
${renderErase(item)}
</div>`;
}

function renderErase({ metadata }: InstallationItem): Markup {
  const { customer } = metadata;
  if (typeof customer !== "string") return html``;
  const query = new URLSearchParams({ customer });
  return html`<a class="button danger" href="/erase?${query.toString()}">Erase the customer…</a>`;
}
