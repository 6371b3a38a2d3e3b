import { html } from "hono/html";
import { LANGUAGE_CODES, LANGUAGES } from "../../core/configuration/languages.ts";
import type { ConsoleApp, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { PLATFORM_NAMES } from "../parts.ts";

/** Adds the screen that leads to the pages that customers see, in each language. */
export function addPages(app: ConsoleApp, screen: Screen): void {
  app.get("/pages", async (c) => {
    const url = await screen.subject.publicUrl();
    const rows = Object.entries(PLATFORM_NAMES).map(([platform, name]) => {
      const links = LANGUAGE_CODES.map((language) => {
        const query = new URLSearchParams({ platform, lang: language });
        const href = new URL(`/?${query}`, url).href;
        return html`<li><a href="${href}" target="_blank" rel="noreferrer" lang="${language}">${LANGUAGES[language]}</a></li>`;
      });
      return html`<tr><th scope="row">${name}</th><td><ul class="bar">${links}</ul></td></tr>`;
    });
    return renderPage(c, screen, {
      title: "Pages",
      content: html`<p>The page before the consent, as a customer sees it. A language that is not configured is shown in English.</p>
<div class="table"><table><thead><tr><th scope="col">Platform</th><th scope="col">Language</th></tr></thead>
<tbody>${rows}</tbody></table></div>
<p class="actions"><a class="button plain" href="${url}" target="_blank" rel="noreferrer">Open the install page</a></p>`,
    });
  });
}
