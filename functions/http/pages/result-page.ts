import type { ErrorCode } from "../../../core/errors.ts";
import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { FAILURES } from "./failures.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, ILLUSTRATIONS } from "./marks.ts";

/** Returns the page of a failed install: what happened, what to do next, and a reference for support. */
export function errorPage(code: ErrorCode, requestId: string, startHref: string): string {
  const { illustration, title, explanation, nextStep, canStartAgain } = FAILURES[code];
  const start = canStartAgain
    ? html`<a href="${startHref}">Start again ${ARROW}</a>`
    : html`<a class="plain" href="${startHref}">Go to the start page ${ARROW}</a>`;
  const invited = canStartAgain
    ? html`<li>If you received a link, open it again or ask for a new one.</li>`
    : html``;
  return layout(
    ILLUSTRATIONS[illustration],
    title,
    html`<p>${explanation}</p>
<p>${nextStep}</p>
<ul class="go"><li>${start}</li></ul>
<ul class="fine">${invited}<li>Reference: <code>${code}</code> <code>${requestId}</code></li></ul>`,
  );
}

/** Returns the page of a completed install, for an install without `redirect_uri`. */
export function successPage(platform: Platform, organization: string, id: string): string {
  const name = PLATFORMS[platform].displayName;
  return layout(
    ILLUSTRATIONS.done,
    "The bot is installed",
    html`<p>It is connected to your organization. You can close this page.</p>
<dl>
<dt>Organization</dt><dd><bdi>${organization}</bdi></dd>
<dt>Platform</dt><dd>${name}</dd>
</dl>
<ul class="fine">
<li>To revoke its access, remove the bot in the settings of ${name}.</li>
<li>Reference: <code>${id}</code></li>
</ul>`,
  );
}
