import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { definitions } from "../../../core/providers/definitions.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, ILLUSTRATIONS, icon } from "./marks.ts";

/** Returns the page of `GET /`, with a link for each configured platform. */
export function installPage(platforms: readonly Platform[]): string {
  const [first, second] = platforms;
  if (first === undefined) return layout(ILLUSTRATIONS.paused, "Nothing to install yet", empty());

  const where = second === undefined ? PLATFORMS[first].displayName : undefined;
  return layout(
    ILLUSTRATIONS.offered,
    "Install the bot",
    html`<p>${where ? "" : "Choose a platform. "}${beforehand(where ?? "The next page")}</p>
<ul class="go">${platforms.map((platform) => html`<li>${button(platform, "")}</li>`)}</ul>
<ul class="fine">${promises(where && `in the settings of ${where}`)}</ul>`,
  );
}

/** Returns the page of an install link: for whom it is, and one button, which starts the flow. */
export function installLinkPage(
  platform: Platform,
  start: Readonly<Record<"link" | "nonce", string>>,
  displayName: string | undefined,
): string {
  const name = PLATFORMS[platform].displayName;
  const invited = displayName
    ? html`<dl><dt>This link is for</dt><dd><bdi>${displayName}</bdi></dd></dl>`
    : html``;
  return layout(
    ILLUSTRATIONS.offered,
    `Install the bot on ${name}`,
    html`${invited}
<p>${beforehand(name)}</p>
<ul class="go"><li>${button(platform, `?${new URLSearchParams(start)}`)}</li></ul>
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
  return `${who} shows you which permissions the bot requests. Nothing is installed before you agree.`;
}

function promises(where = "in the settings of the platform"): Html {
  return html`<li>The access that you give is stored encrypted.</li><li>You can revoke it at any time, ${where}.</li>`;
}

function button(platform: Platform, query: string): Html {
  return html`<a href="oauth/${platform}/authorize${query}">${icon(definitions[platform].mark)} Install on ${PLATFORMS[platform].displayName} ${ARROW}</a>`;
}
