import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Html, html } from "./html.ts";
import type { Reply } from "./http.ts";

const STYLE = await readFile(new URL("./page.css", import.meta.url), "utf8");
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * No script, nothing from outside. There is no `form-action`: browsers apply it to the redirects
 * that follow a form as well, and consent leads back to an app on another origin.
 */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`;

/** A page of an emulated platform, which says at its top that it is not the real one. */
export function page(
  status: number,
  { platform, title, content }: { platform: string; title: string; content: Html },
): Reply {
  const { markup } = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · emulated ${platform}</title>
    <style>${{ markup: STYLE }}</style>
  </head>
  <body>
    <p class="notice" role="note">
      <strong>Emulated ${platform}, on your own computer.</strong> Nothing here reaches the real one.
    </p>
    <main>${content}</main>
  </body>
</html>
`;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
    body: markup,
  };
}

/** A page that only says something: why a flow cannot go on, and what to do. */
export function messagePage(
  status: number,
  { platform, title, text }: { platform: string; title: string; text: string },
): Reply {
  const content = html`
      <h1>${title}</h1>
      <p class="lead">${text}</p>
    `;
  return page(status, { platform, title, content });
}
