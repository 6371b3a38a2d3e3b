import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ConsoleRequest, Markup, Screen } from "./context.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64");

/** Allows nothing from other origins, and no script but the one of the console. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hashOf(STYLE)}'`,
  `script-src 'sha256-${hashOf(SCRIPT)}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const NAVIGATION = [
  ["/", "Installations"],
  ["/attention", "Needs attention"],
  ["/failures", "Failures"],
  ["/links", "Install links"],
  ["/github", "Waiting on GitHub"],
  ["/keys", "Keys"],
  ["/setup", "Set-up"],
  ["/pages", "Pages"],
  ["/erase", "Erase a customer"],
] as const;

interface PageParts {
  readonly title: string;
  /** The entry of the navigation that this page belongs to. */
  readonly entry?: string;
  readonly content: Markup;
  readonly status?: ContentfulStatusCode;
}

/** Renders a screen with the navigation, the stage, and the lock. */
export function renderPage(c: ConsoleRequest, screen: Screen, parts: PageParts) {
  const { title, content, entry = c.req.path, status = 200 } = parts;
  const { subject } = screen;
  const entries = subject.controlUrl
    ? [...NAVIGATION, ["/platforms", "Emulated platforms"] as const]
    : NAVIGATION;
  const links = entries.map(
    ([path, name]) =>
      html`<li><a href="${path}"${path === entry ? raw(' aria-current="page"') : ""}>${name}</a></li>`,
  );
  return respond(
    c,
    status,
    title,
    html`<div class="frame">
<header>
<p class="name">Grantkeep</p>
<nav aria-label="Screens"><ul>${links}</ul></nav>
${renderStage(screen)}
</header>
<main><h1>${title}</h1>${content}</main>
</div>`,
  );
}

/** Renders a page of a text alone, for a request that is refused. */
export function renderBarePage(
  c: ConsoleRequest,
  status: ContentfulStatusCode,
  title: string,
  text: string,
) {
  const content = html`<main class="bare"><h1>${title}</h1><p>${text}</p><p><a href="/">Back to the console</a></p></main>`;
  return respond(c, status, title, content);
}

function renderStage({ subject, session }: Screen): Markup {
  const { stage, account, region } = subject;
  const isUnlocked = session.isUnlocked();
  return html`<div class="stage">
<p>${stage === undefined ? "Local mode" : html`Stage <strong>${stage}</strong>`}</p>
${stage === undefined ? "" : html`<p>${region} · ${account}</p>`}
<form method="post" action="${isUnlocked ? "/lock" : "/unlock"}">
<p>${isUnlocked ? "Changes are unlocked." : "Read-only."}</p>
<button class="plain">${isUnlocked ? "Lock changes" : "Unlock changes"}</button>
</form>
</div>`;
}

function respond(
  c: ConsoleRequest,
  status: ContentfulStatusCode,
  title: string,
  body: Markup,
): Response | Promise<Response> {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Grantkeep console</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${body}
<script>${raw(SCRIPT)}</script>
</body>
</html>
`;
  return c.html(page, status, {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
}
