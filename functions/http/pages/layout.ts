import { LANGUAGES } from "../../../core/configuration/languages.ts";
import { type Html, html } from "./html.ts";
import { STATUS_MARKS } from "./marks.ts";
import { localize, type View } from "./view.ts";

export interface PageParts {
  /** The heading, and the title of the window. */
  readonly title: string;
  readonly content: Html;
  readonly status?: keyof typeof STATUS_MARKS;
  /** The query of this page, if it can be requested again in another language. */
  readonly query?: URLSearchParams;
}

/** Returns a page in the brand of the bot, without scripts and external resources. */
export function layout(view: View, { title, content, status, query }: PageParts): string {
  const style: Html = { markup: `<style>${view.style}</style>` };
  const { markup } = html`<!doctype html>
<html lang="${view.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${style}
</head>
<body>
<div class="card">
${identity(view)}
<main>
${status ? STATUS_MARKS[status] : ""}
<h1>${title}</h1>
${content}
</main>
${footer(view, query)}
</div>
</body>
</html>
`;
  return markup;
}

function identity(view: View): Html {
  const { brand, words } = view;
  const letter = [...brand.name][0] ?? "";
  const logo = brand.logo
    ? html`<img class="logo" src="${brand.logo}" alt="">`
    : html`<span class="logo" aria-hidden="true">${letter.toUpperCase()}</span>`;
  const company = brand.company && words.by(brand.company);
  const about = [localize(view, brand.purpose), company].filter((text) => text !== undefined);
  return html`<header>${logo}<div><strong>${brand.name}</strong>${
    about.length > 0 ? html`<span class="about">${about.join(" ")}</span>` : ""
  }</div></header>`;
}

function footer({ brand, words, languages, language }: View, query?: URLSearchParams): Html {
  const pages = [
    [words.privacy, brand.privacyUrl],
    [words.terms, brand.termsUrl],
    [words.help, brand.supportUrl],
  ] as const;
  const links = pages.flatMap(([text, url]) =>
    url === undefined ? [] : [html`<li><a href="${url}">${text}</a></li>`],
  );
  const others = query ? languages.filter((candidate) => candidate !== language) : [];
  const choices = others.map((other) => {
    const again = new URLSearchParams([...(query ?? []), ["lang", other]]);
    return html`<li><a href="?${again.toString()}" lang="${other}" hreflang="${other}">${LANGUAGES[other]}</a></li>`;
  });
  const list = [...links, ...choices];
  return html`<footer><span>${words.encrypted}</span>${list.length > 0 ? html`<ul>${list}</ul>` : ""}</footer>`;
}
