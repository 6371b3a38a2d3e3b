import type { ErrorCode } from "../../../core/errors.ts";
import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { FAILURES } from "./failures.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, TIE } from "./marks.ts";

/** How a failed install looks: what happened, what to do next, and a reference for support. */
export function errorPage(code: ErrorCode, requestId: string, startHref: string): string {
  const { tie, title, happened, next, again } = FAILURES[code];
  const start = again
    ? html`<a href="${startHref}">Start again ${ARROW}</a>`
    : html`<a class="plain" href="${startHref}">To the start page ${ARROW}</a>`;
  const invited = again
    ? html`<li>Did somebody send you a link? Open that one again, or ask for a new one.</li>`
    : html``;
  return layout(
    TIE[tie],
    title,
    html`<p>${happened}</p>
<p>${next}</p>
<ul class="go"><li>${start}</li></ul>
<ul class="fine">${invited}<li>Reference: <code>${code}</code> <code>${requestId}</code></li></ul>`,
  );
}

/** How a finished install looks to a person who is not sent on elsewhere. */
export function successPage(platform: Platform, organization: string, id: string): string {
  const name = PLATFORMS[platform].displayName;
  return layout(
    TIE.done,
    "The bot is installed",
    html`<p>It has the access that it needs. You can close this page.</p>
<dl>
<dt>Organization</dt><dd><bdi>${organization}</bdi></dd>
<dt>Platform</dt><dd>${name}</dd>
</dl>
<ul class="fine">
<li>To end its access, remove the bot in the settings of ${name}.</li>
<li>Reference: <code>${id}</code></li>
</ul>`,
  );
}
