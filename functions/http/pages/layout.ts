import { type Html, html } from "./html.ts";
import { KEEP } from "./marks.ts";
import { STYLE } from "./style.ts";

/** Returns a page without scripts and external resources. Its heading is also its title. */
export function layout(illustration: Html, title: string, content: Html): string {
  const style: Html = { markup: `<style>${STYLE}</style>` };
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${style}
</head>
<body>
<main>
${illustration}
<div class="text">
<h1>${title}</h1>
${content}
</div>
</main>
<footer>${KEEP} Kept by Grantkeep</footer>
</body>
</html>
`;
  return markup;
}
