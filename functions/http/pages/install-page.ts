import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { definitions } from "../../../core/providers/definitions.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, icon, TIE } from "./marks.ts";

/** `GET /`: one link for each platform that is set up. */
export function installPage(platforms: readonly Platform[]): string {
  const [first, second] = platforms;
  if (first === undefined) return layout(TIE.paused, "Nothing to install yet", empty());

  const where = second === undefined ? PLATFORMS[first].displayName : undefined;
  return layout(
    TIE.offered,
    "Install the bot",
    html`<p>${where ? "" : "Choose where it should work. "}${beforehand(where ?? "The next page")}</p>
<ul class="go">${platforms.map((platform) => html`<li>${button(platform, "")}</li>`)}</ul>
<ul class="fine">${promises(where && `in the settings of ${where}`)}</ul>`,
  );
}

/** `GET /?link=`: says for whom the link is, with one button. */
export function installLinkPage(
  platform: Platform,
  link: string,
  displayName: string | undefined,
): string {
  const name = PLATFORMS[platform].displayName;
  const invited = displayName
    ? html`<dl><dt>This link is for</dt><dd><bdi>${displayName}</bdi></dd></dl>`
    : html``;
  return layout(
    TIE.offered,
    `Install the bot on ${name}`,
    html`${invited}
<p>${beforehand(name)}</p>
<ul class="go"><li>${button(platform, `?${new URLSearchParams({ link })}`)}</li></ul>
<ul class="fine"><li>This link installs the bot once.</li>${promises(`in the settings of ${name}`)}</ul>`,
  );
}

function empty(): Html {
  const names = Object.values(PLATFORMS).map(({ displayName }) => displayName);
  const anyOfThem = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(names);
  return html`<p>The bot cannot be installed from here yet. Come back later, or ask the person who sent you here.</p>
<p>Is this service yours? Register an app with ${anyOfThem}, and set its client ID and secret.</p>`;
}

function beforehand(who: string): string {
  return `${who} shows you what the bot asks for. Nothing happens before you agree.`;
}

function promises(where = "where you gave it"): Html {
  return html`<li>The access that you give is stored encrypted.</li><li>You can take it back at any time, ${where}.</li>`;
}

function button(platform: Platform, query: string): Html {
  return html`<a href="oauth/${platform}/authorize${query}">${icon(definitions[platform].mark)} Install on ${PLATFORMS[platform].displayName} ${ARROW}</a>`;
}
