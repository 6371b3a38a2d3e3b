import { html } from "hono/html";
import { createLink } from "../../cli/install-links.ts";
import { switchInstallation } from "../../cli/switch.ts";
import { parseResponse } from "../../cli/target/target.ts";
import { InstallationChecked } from "../../functions/http/responses/operations.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { PLATFORM_NAMES, renderCopy, renderTime } from "../parts.ts";
import { readInstallation } from "../reads.ts";

/** Adds what an operator can do with an installation. */
export function addInstallationActions(app: ConsoleApp, screen: Screen): void {
  const { target } = screen.subject;

  app.post("/installations/:id/link", async (c) => {
    const item = await readInstallation(target, c.req.param("id"));
    const request = { platform: item.platform, installation_id: item.id };
    const link = await createLink(target, request);
    return renderPage(c, screen, {
      title: `Reconnect ${item.organization_name}`,
      entry: "/",
      content: html`<section class="card"><p>Send this link to the customer. It changes only this installation, works once, and expires ${renderTime(link.expires_at)} UTC.</p>
${renderCopy(link.url, "Copy the link")}</section>
<p class="actions"><a href="/installations/${item.id}">Back to ${item.organization_name}</a></p>`,
    });
  });

  app.post("/installations/:id/check", async (c) => {
    const item = await readInstallation(target, c.req.param("id"));
    const path = `/installations/${item.id}/health-check`;
    const response = await target.send("POST", path);
    const { found, stored, changed } = parseResponse(InstallationChecked, response, "the check");
    return renderPage(c, screen, {
      title: `${item.organization_name} was checked`,
      entry: "/",
      content: html`<div role="status"><p>${PLATFORM_NAMES[item.platform]} reports <strong>${found}</strong>.</p>
<p>${changed ? html`The stored status was <strong>${stored}</strong>, and was corrected.` : html`The stored status, <strong>${stored}</strong>, was not changed.`}</p></div>
<p class="actions"><a href="/installations/${item.id}">Back to ${item.organization_name}</a></p>`,
    });
  });

  for (const [action, isActive] of [
    ["enable", true],
    ["disable", false],
  ] as const) {
    app.post(`/installations/:id/${action}`, async (c) => {
      const item = await readInstallation(target, c.req.param("id"));
      await switchInstallation(target, item, isActive);
      return c.redirect(`/installations/${item.id}`, 303);
    });
  }
}
