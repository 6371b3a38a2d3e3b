import type { Platform } from "../../core/installation.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, MARK } from "./marks.ts";
import { PLATFORM_NAME } from "./platform-name.ts";

/** `GET /`: one link for each platform that is set up. */
export function installPage(platforms: readonly Platform[]): string {
  if (platforms.length === 0) return layout("Nothing to install yet", EMPTY);
  return layout(
    "Install the bot",
    html`${MARK.install}
<h1>Install the bot</h1>
<p>Choose where. You will see what it asks for before you agree to anything.</p>
<ul>${platforms.map((platform) => html`<li>${button(platform, "")}</li>`)}</ul>
<p class="fine">Tokens are stored encrypted, and you can end the bot's access at the platform at any time.</p>`,
  );
}

/** `GET /?link=`: says for whom the link is, with one button. */
export function installLinkPage(
  platform: Platform,
  link: string,
  displayName: string | undefined,
): string {
  const invitation = displayName
    ? html`<p>This link installs the bot for <strong>${displayName}</strong>. It works once.</p>`
    : html`<p>This link installs the bot for you. It works once.</p>`;
  return layout(
    `Install the bot on ${PLATFORM_NAME[platform]}`,
    html`${MARK.install}
<h1>Install the bot on ${PLATFORM_NAME[platform]}</h1>
${invitation}
<ul><li>${button(platform, `?${new URLSearchParams({ link })}`)}</li></ul>
<p class="fine">You will see what the bot asks for before you agree to anything.</p>`,
  );
}

const EMPTY = html`${MARK.install}
<h1>Nothing to install yet</h1>
<p>No platform is set up here. Register an app at GitHub, Slack or Jira, and configure its client id and secret.</p>`;

function button(platform: Platform, query: string): Html {
  return html`<a class="button" href="oauth/${platform}/authorize${query}">Install on ${PLATFORM_NAME[platform]} ${ARROW}</a>`;
}
