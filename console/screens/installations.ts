import { html } from "hono/html";
import type { InstallationCounts, InstallationPage } from "../../functions/http/responses.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderInstallations, renderTime } from "../parts.ts";
import { readCounts, readFields, readInstallations } from "../reads.ts";

const PAGE_SIZE = "50";
const FIELDS = ["q", "customer", "platform", "health", "cursor"] as const;
type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

const PLATFORMS = [
  ["", "All platforms"],
  ["github", "GitHub"],
  ["slack", "Slack"],
  ["jira", "Jira"],
] as const;
const HEALTH = [
  ["", "Any health"],
  ["active", "Active"],
  ["reauthorization_required", "Needs a new install"],
  ["has_error", "Refresh failing"],
  ["missing", "Lacks permissions"],
  ["suspended", "Suspended"],
  ["disabled", "Disabled"],
  ["uninstalled", "Uninstalled"],
  ["unclaimed", "Not connected"],
] as const;

/** Adds the first screen: the search, and the installations that match, newest first. */
export function addInstallations(app: ConsoleApp, screen: Screen): void {
  app.get("/", async (c) => {
    const fields = readFields(c.req.query(), FIELDS);
    const { target } = screen.subject;
    const [page, counts] = await Promise.all([
      readInstallations(target, toFilter(fields)),
      readCounts(target),
    ]);
    return renderPage(c, screen, {
      title: "Installations",
      content: html`${renderCounts(counts)}${renderSearch(fields)}
${page.items.length === 0 ? renderNone(fields) : renderInstallations(page.items)}
${renderNext(fields, page)}`,
    });
  });
}

function toFilter({ health, ...fields }: Fields): Record<string, string> {
  const byHealth: Record<string, string> =
    health === undefined
      ? {}
      : health === "active"
        ? { is_active: "true" }
        : health === "has_error" || health === "missing"
          ? { [health]: "true" }
          : { inactive_reason: health };
  return { ...fields, ...byHealth, limit: PAGE_SIZE };
}

/** Renders the counts, which the sweep stores every hour; nothing before its first run. */
function renderCounts({ counted_at, counts }: InstallationCounts): Markup {
  if (counted_at === null) return html``;
  const sumOf = (isCounted: (state: string) => boolean) =>
    counts
      .filter(({ state }) => isCounted(state))
      .reduce((sum, { count }) => sum + count, 0)
      .toLocaleString("en");
  const tiles = [
    [sumOf((state) => state !== "has_error"), "installations", ""],
    [sumOf((state) => state === "active"), "active", ""],
    [sumOf((state) => state === "reauthorization_required"), "need a new install", "bad"],
    [sumOf((state) => state === "has_error"), "refresh failing", "warn"],
    [sumOf((state) => state === "suspended" || state === "disabled"), "suspended or disabled", ""],
  ] as const;
  const items = tiles.map(
    ([count, text, tone]) =>
      html`<li><strong class="${count === "0" ? "" : tone}">${count}</strong> ${text}</li>`,
  );
  return html`<ul class="tiles" aria-label="Counts">${items}</ul>
<p class="quiet counted">Counted ${renderTime(counted_at)} UTC</p>`;
}

function renderSearch(fields: Fields): Markup {
  return html`<form class="bar" role="search" action="/">
<label>Name or id <input type="search" name="q" value="${fields.q ?? ""}" placeholder="Start of a name"></label>
<label>Customer <input name="customer" value="${fields.customer ?? ""}"></label>
<label>Platform <select name="platform">${toOptions(PLATFORMS, fields.platform)}</select></label>
<label>Health <select name="health">${toOptions(HEALTH, fields.health)}</select></label>
<button>Search</button>
</form>`;
}

function toOptions(
  options: readonly (readonly [string, string])[],
  chosen: string | undefined,
): Markup[] {
  return options.map(
    ([value, text]) =>
      html`<option value="${value}"${value === (chosen ?? "") ? html` selected` : ""}>${text}</option>`,
  );
}

function renderNone(fields: Fields): Markup {
  const isFiltered = Object.keys(fields).length > 0;
  return isFiltered
    ? html`<p>No installation matches. <a href="/">Show all</a></p>`
    : html`<p>There are no installations yet. <a href="/links">Create an install link</a></p>`;
}

function renderNext(fields: Fields, { next_cursor: cursor }: InstallationPage): Markup {
  if (cursor === null) return html``;
  const query = new URLSearchParams({ ...fields, cursor });
  return html`<p class="actions"><a class="button plain" href="/?${query.toString()}">Next page</a></p>`;
}
