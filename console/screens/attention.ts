import { html } from "hono/html";
import type { InstallationItem } from "../../functions/http/responses.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderInstallations } from "../parts.ts";
import { readInstallations } from "../reads.ts";

const PAGE_SIZE = "50";

/** The kinds of installations to act on, the most urgent first. */
const GROUPS = [
  [
    "reauthorization_required",
    "Need a new install",
    { inactive_reason: "reauthorization_required" },
  ],
  ["has_error", "Their refresh fails", { has_error: "true" }],
  ["missing", "Lack a scope or a permission", { missing: "true" }],
  ["suspended", "Suspended by their owner", { inactive_reason: "suspended" }],
  ["unclaimed", "Installed on GitHub, not connected", { inactive_reason: "unclaimed" }],
] as const;

/** Adds the screen with the installations that are not healthy. */
export function addAttention(app: ConsoleApp, screen: Screen): void {
  app.get("/attention", async (c) => {
    const found = await Promise.all(
      GROUPS.map(async ([health, heading, filter]) => {
        const page = await readInstallations(screen.subject.target, {
          ...filter,
          limit: PAGE_SIZE,
        });
        return { health, heading, items: page.items, hasMore: page.next_cursor !== null };
      }),
    );
    const groups = found.filter(({ items }) => items.length > 0);
    return renderPage(c, screen, {
      title: "Needs attention",
      content:
        groups.length === 0
          ? html`<p class="good">Every installation is healthy.</p>`
          : html`${groups.map(renderGroup)}`,
    });
  });
}

function renderGroup(group: {
  readonly health: string;
  readonly heading: string;
  readonly items: readonly InstallationItem[];
  readonly hasMore: boolean;
}) {
  const { health, heading, items, hasMore } = group;
  return html`<section><h2>${heading}</h2>${renderInstallations(items)}
${hasMore ? html`<p class="actions"><a href="/?health=${health}">All of them</a></p>` : ""}</section>`;
}
