import { html } from "hono/html";
import { createLink, endLink, type InstallLink, listLinks } from "../../cli/install-links.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderAction, renderCopy, renderTime } from "../parts.ts";
import { readFields } from "../reads.ts";

const LIMIT = 100;

/** Adds the screen of install links: the form that creates one, and the newest ones with their use. */
export function addLinks(app: ConsoleApp, screen: Screen): void {
  const { target } = screen.subject;
  app.get("/links", async (c) => {
    const { items } = await listLinks(target, LIMIT);
    return renderPage(c, screen, {
      title: "Install links",
      content: html`${renderForm(screen)}
${items.length === 0 ? html`<p>There are no links of the last week.</p>` : renderLinks(screen, items)}`,
    });
  });

  app.post("/links", async (c) => {
    const form = readFields(await c.req.parseBody(), ["platform", "customer", "name"]);
    const metadata = {
      ...(form.customer !== undefined && { customer: form.customer }),
      ...(form.name !== undefined && { display_name: form.name }),
    };
    const link = await createLink(target, { platform: form.platform ?? "", metadata });
    return renderPage(c, screen, {
      title: "The install link",
      content: html`<section class="card"><p>It works once, until ${renderTime(link.expires_at)} UTC.</p>
${renderCopy(link.url, "Copy the link")}</section>
<p class="actions"><a href="/links">All links</a></p>`,
    });
  });

  app.post("/links/:id/end", async (c) => {
    await endLink(target, c.req.param("id"));
    return c.redirect("/links", 303);
  });
}

function renderForm(screen: Screen): Markup {
  const disabled = screen.session.isUnlocked() ? "" : html` disabled title="Unlock changes first"`;
  return html`<form class="bar" method="post" action="/links">
<label>Platform <select name="platform"><option value="github">GitHub</option><option value="slack">Slack</option><option value="jira">Jira</option></select></label>
<label>Customer <input name="customer" required></label>
<label>Name on the page <input name="name"></label>
<button${disabled}>Create an install link</button>
</form>`;
}

function renderLinks(screen: Screen, links: readonly InstallLink[]): Markup {
  const rows = links.map(
    (link) => html`<tr>
<th scope="row">${link.metadata.display_name ?? Object.values(link.metadata)[0] ?? "–"}<small>${link.id}</small></th>
<td>${link.platform}</td>
<td>${link.status}${link.used_by === null ? "" : html`<small><a href="/installations/${link.used_by}">${link.used_by}</a></small>`}</td>
<td>${renderTime(link.created_at)}</td>
<td>${renderTime(link.expires_at)}</td>
<td>${link.status === "open" ? renderAction(screen, `/links/${link.id}/end`, "End") : ""}</td>
</tr>`,
  );
  return html`<div class="table" tabindex="0" role="region" aria-label="Install links"><table class="stack">
<thead><tr><th scope="col">Customer</th><th scope="col">Platform</th><th scope="col">Status</th><th scope="col">Created (UTC)</th><th scope="col">Expires (UTC)</th><th scope="col">Action</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}
