import { html } from "hono/html";
import { toFailedCases } from "../../cli/why/cases.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderLines } from "../lines.ts";
import { renderPage } from "../page.ts";

const HOUR_MS = 3_600_000;

/** Adds the screen of all failures of the last hour, each kind once, with its cause and the next step. */
export function addFailures(app: ConsoleApp, screen: Screen): void {
  const { target, stage } = screen.subject;
  app.get("/failures", async (c) => {
    const until = new Date();
    const lines = await target.readLogs({
      from: new Date(until.getTime() - HOUR_MS),
      until,
      filters: [[{ field: "error" }]],
    });
    const cases = toFailedCases(lines);
    return renderPage(c, screen, {
      title: "Failures",
      content: html`<p class="quiet">Of the last hour, newest first. Requests that failed in the same way are one row.</p>
${cases.length === 0 ? html`<p class="good">Nothing failed.</p>` : renderLines("Failures", cases, stage)}`,
    });
  });
}
