import { type Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** A whole page: no script, nothing loaded from anywhere. */
export function layout(title: string, content: Html): string {
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
${content}
</main>
<footer>Secured by Grantkeep</footer>
</body>
</html>
`;
  return markup;
}
