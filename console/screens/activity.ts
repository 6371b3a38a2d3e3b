import { html } from "hono/html";
import { isCounter } from "../../cli/why/describe-line.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderLines } from "../lines.ts";
import { renderPage } from "../page.ts";
import { readInstallation } from "../reads.ts";

const DAY_MS = 86_400_000;

/** Adds the screen with the log lines about an installation, newest first. */
export function addActivity(app: ConsoleApp, screen: Screen): void {
  const { target, stage } = screen.subject;
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
    const shown = lines
      .filter((line) => !isCounter(line))
      .map((conclusion) => ({ conclusion, count: 1 }))
      .toReversed();
    return renderPage(c, screen, {
      title: `Activity of ${item.organization_name}`,
      entry: "/",
      content: html`<p class="quiet">The log lines of the last 24 hours, newest first.</p>
${shown.length === 0 ? html`<p>There are none.</p>` : renderLines("Activity", shown, stage)}
<p class="actions"><a href="/installations/${item.id}">Back to ${item.organization_name}</a></p>`,
    });
  });
}
