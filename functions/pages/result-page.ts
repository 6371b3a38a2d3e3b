import type { ErrorCode } from "../../core/errors.ts";
import type { Platform } from "../../core/installation.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, MARK } from "./marks.ts";
import { PLATFORM_NAME } from "./platform-name.ts";

interface Explanation {
  readonly title: string;
  readonly happened: string;
  readonly next: string;
}

const OURS: Explanation = {
  title: "Something went wrong on our side",
  happened: "The install could not be finished. It is not your fault.",
  next: "Try again in a minute. If it happens again, tell whoever sent you here, with the reference below.",
};

const CONFIGURATION: Explanation = {
  title: "The bot is not set up correctly",
  happened: "The platform does not accept how this bot is registered.",
  next: "Tell whoever sent you here, with the reference below. Nothing was installed.",
};

const TEMPORARY: Explanation = {
  title: "Not available right now",
  happened: "The platform or this service did not answer in time. Nothing was installed.",
  next: "Wait a minute, then try again.",
};

const LINK: Explanation = {
  title: "This link is no longer good",
  happened:
    "It was used already, it is too old, or it was opened in another browser than the one it started in.",
  next: "Start the install again from the beginning, and finish it in the same browser.",
};

const ADDRESS: Explanation = {
  title: "This address is not valid",
  happened: "The link that brought you here is incomplete or was changed.",
  next: "Go back to where you found it, or start the install again.",
};

const EXPLANATION: Partial<Record<ErrorCode, Explanation>> = {
  access_denied: {
    title: "You did not authorize the bot",
    happened: "Nothing was installed, and the bot got no access.",
    next: "If that was a mistake, try again.",
  },
  exchange_failed: {
    title: "The install was not finished",
    happened: "The platform did not accept the code that it gave you: it may be used or too old.",
    next: "Try again: it usually works the second time.",
  },
  installation_not_verified: {
    title: "You may not install the bot there",
    happened: "The platform does not show that you manage this organization.",
    next: "Ask an owner of the organization to install the bot.",
  },
  invalid_redirect_uri: ADDRESS,
  invalid_request: ADDRESS,
  invalid_state: LINK,
  missing_scope: {
    title: "The bot needs more permissions",
    happened: "Without the permissions that were left out it cannot work. Nothing was installed.",
    next: "Try again, and leave all permissions on.",
  },
  platform_not_configured: CONFIGURATION,
  provider_misconfigured: CONFIGURATION,
  provider_rate_limited: TEMPORARY,
  provider_unavailable: TEMPORARY,
  retry_later: TEMPORARY,
  unknown_platform: ADDRESS,
  unsupported_install: {
    title: "The bot cannot be installed this way",
    happened: "The platform granted something else than a bot needs. Nothing was installed.",
    next: "Start the install again from here.",
  },
};

/** How a failed install looks: what happened, what to do next, and a reference for support. */
export function errorPage(code: ErrorCode, requestId: string, startHref: string): string {
  const { title, happened, next } = EXPLANATION[code] ?? OURS;
  return layout(
    title,
    html`${MARK.bad}
<h1>${title}</h1>
<p>${happened}</p>
<p>${next}</p>
<ul><li><a class="button" href="${startHref}">Start again ${ARROW}</a></li></ul>
<p class="fine">Reference: <code>${code}</code>, <code>${requestId}</code></p>`,
  );
}

/** How a finished install looks to a person who is not sent on elsewhere. */
export function successPage(platform: Platform, organization: string, id: string): string {
  return layout(
    "The bot is installed",
    html`${MARK.good}
<h1>The bot is installed</h1>
<p>It has access to <strong>${organization}</strong> on ${PLATFORM_NAME[platform]} now. You can close this page.</p>
<dl>
<dt>Organization</dt><dd>${organization}</dd>
<dt>Platform</dt><dd>${PLATFORM_NAME[platform]}</dd>
<dt>Installation</dt><dd><code>${id}</code></dd>
</dl>
<p class="fine">To end its access, remove the bot in the settings of ${PLATFORM_NAME[platform]}.</p>`,
  );
}
