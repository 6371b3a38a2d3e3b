import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { html, raw } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { RequestContext } from "./http.ts";

const STYLE = await readFile(new URL("./page.css", import.meta.url), "utf8");
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * Allows no script and nothing from other origins. `form-action` is left out because browsers apply it
 * to the redirect after a form too, and consent leads back to an app on another origin.
 */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`;

/** The response of a page, which Hono may render asynchronously. */
export type PageResponse = Response | Promise<Response>;

/** Markup that `html` made. */
export type Markup = ReturnType<typeof html>;

/** Renders a page of an emulated platform, with a notice that it is not the real one. */
export function renderPage(
  c: RequestContext,
  status: ContentfulStatusCode,
  { platform, title, content }: { platform: string; title: string; content: Markup },
): PageResponse {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · emulated ${platform}</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <p class="notice" role="note">
      <strong>Emulated ${platform}, on your own computer.</strong> Nothing here reaches the real one.
    </p>
    <main>${content}</main>
  </body>
</html>
`;
  return c.html(page, status, {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
}

/** Renders a page with a text only: why a flow cannot continue, and what to do. */
export function renderMessage(
  c: RequestContext,
  status: ContentfulStatusCode,
  { platform, title, text }: { platform: string; title: string; text: string },
): PageResponse {
  const content = html`
      <h1>${title}</h1>
      <p class="lead">${text}</p>
    `;
  return renderPage(c, status, { platform, title, content });
}
