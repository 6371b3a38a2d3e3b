import { html } from "hono/html";
import { parseResponse } from "../../cli/target/target.ts";
import { GithubInventory } from "../../functions/http/responses/operations.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderTime } from "../parts.ts";
import { readFields } from "../reads.ts";

/** Adds the screen of what waits on GitHub: installations that nobody connected, and requests of members. */
export function addGithub(app: ConsoleApp, screen: Screen): void {
  app.get("/github", async (c) => {
    const { page = "1" } = readFields(c.req.query(), ["page"]);
    const path = "/github/inventory";
    const response = await screen.subject.target.get(path, { page });
    const inventory = parseResponse(GithubInventory, response, `GET ${path}`);
    return renderPage(c, screen, {
      title: "Waiting on GitHub",
      content: html`${renderUnclaimed(inventory.unclaimed)}${renderRequests(inventory.requests)}
${inventory.next_page === null ? "" : html`<p class="actions"><a class="button plain" href="/github?page=${String(inventory.next_page)}">Next page</a></p>`}`,
    });
  });
}

function renderUnclaimed(unclaimed: GithubInventory["unclaimed"]): Markup {
  const rows = unclaimed.map(
    (
      item,
    ) => html`<tr><th scope="row">${item.organization_name}<small>${item.organization_id}</small></th>
<td>${item.suspended ? "suspended" : "not connected"}</td>
<td>${renderTime(item.created_at)}</td></tr>`,
  );
  return html`<h2>Installed, not connected</h2>
<p class="quiet">The App is installed on these accounts, and no owner has proved that it is theirs. Send them an install link.</p>
${rows.length === 0 ? html`<p>There are none.</p>` : renderTable("Installed, not connected", ["Account", "Status", "Installed (UTC)"], rows)}`;
}

function renderRequests(requests: GithubInventory["requests"]): Markup {
  const rows = requests.map(
    (
      item,
    ) => html`<tr><th scope="row">${item.organization_name}<small>${item.organization_id}</small></th>
<td>${item.requested_by}</td>
<td>${renderTime(item.created_at)}</td></tr>`,
  );
  return html`<h2>Requested by a member</h2>
<p class="quiet">An owner of the organization has to approve these on GitHub.</p>
${rows.length === 0 ? html`<p>There are none.</p>` : renderTable("Requested by a member", ["Account", "Requested by", "Requested (UTC)"], rows)}`;
}

function renderTable(label: string, headings: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="table" tabindex="0" role="region" aria-label="${label}"><table class="stack">
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
