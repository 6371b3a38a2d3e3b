import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { platformPages } from "../../../core/providers/platform-pages.ts";
import { describePermission, describeScope, type GrantWords } from "./grants.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, CHECK, CROSS, icon } from "./marks.ts";
import { isolate, localize, namesOf, type View } from "./view.ts";

/** Returns the page of `GET /` for several platforms, with a link for each. */
export function choicePage(view: View, platforms: readonly Platform[]): string {
  const { words, brand } = view;
  const names = namesOf(view, undefined);
  if (platforms.length === 0) {
    const { title, text } = words.nothing;
    return layout(view, {
      title: title(names),
      content: html`<p>${text(names)}</p>`,
      status: "paused",
      query: new URLSearchParams(),
    });
  }

  const links = platforms.map(
    (platform) =>
      html`<li><a href="?${new URLSearchParams({ platform }).toString()}">${icon(platformPages[platform].mark)} ${PLATFORMS[platform].displayName} ${ARROW}</a></li>`,
  );
  return layout(view, {
    title: brand.name,
    content: html`<p>${words.choosePlatform(names)}</p>
<ul class="go">${links}</ul>`,
    query: new URLSearchParams(),
  });
}

/** The install that the page before the consent is about. */
export interface Offer {
  readonly platform: Platform;
  /** The query of the page. */
  readonly query: Readonly<Record<string, string>>;
  /** The query with which the flow starts. */
  readonly start: Readonly<Record<string, string>>;
  /** Whether an App that is installed already can be connected instead. */
  readonly canConnect?: boolean;
  /** Of an install link: for whom it is, and until when. */
  readonly link?: { readonly customer: string | undefined; readonly expiresAt: Date };
}

/** Returns the page before the consent: what the bot will be able to do, what not, and one button. */
export function offerPage(view: View, grantWords: GrantWords, offer: Offer): string {
  const { platform, link, canConnect = false } = offer;
  const { words } = view;
  const names = namesOf(view, platform);
  const { limits } = platformPages[platform].describeAccess(view.platforms);
  const granted = grants(view, grantWords, platform);
  const can =
    granted.length > 0
      ? html`<h2>${words.will(names)}</h2>
<ul class="can">${granted}</ul>`
      : html`<p>${words.shownByPlatform(names)}</p>`;
  const cannot = limits.map(
    (limit) => html`<li>${CROSS}<div>${grantWords.limits[limit]}</div></li>`,
  );
  const start = new URLSearchParams(offer.start).toString();
  return layout(view, {
    title: words.add(names),
    content: html`${link ? invitation(view, link) : ""}
${can}
<h2>${words.wont(names)}</h2>
<ul class="can cannot">${cannot}</ul>
<ul class="go"><li><a href="oauth/${platform}/authorize${start && `?${start}`}">${icon(platformPages[platform].mark)} ${words.continueTo(names)} ${ARROW}</a></li>${canConnect ? connectLink(view, offer) : ""}</ul>
<ul class="fine"><li>${words.nothingBefore(names)}</li><li>${words.revoke(names)}</li>${link ? html`<li>${words.linkOnce(names)}</li>` : ""}</ul>`,
    query: new URLSearchParams(offer.query),
  });
}

function connectLink({ words }: View, { platform, start }: Offer): Html {
  const query = new URLSearchParams({ ...start, connect: "true" }).toString();
  return html`<li><a class="plain" href="oauth/${platform}/authorize?${query}">${words.connectInstalled} ${ARROW}</a></li>`;
}

function invitation({ words, language }: View, link: NonNullable<Offer["link"]>): Html {
  const until = words.linkUntil(
    new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
      link.expiresAt,
    ),
  );
  const { customer } = link;
  if (customer === undefined) return html``;
  return html`<p class="note">${words.invited(isolate(customer))} <small>${until}</small></p>`;
}

function grants(view: View, words: GrantWords, platform: Platform): Html[] {
  const { scopes, permissions, actsAsInstaller } = platformPages[platform].describeAccess(
    view.platforms,
  );
  const { reasons } = view.platforms[platform];
  const texts = [
    ...permissions.map((permission) => ({
      text: describePermission(words, permission),
      reason: localize(view, reasons[permission.name]),
    })),
    ...scopes.map((scope) => ({
      text: describeScope(words, scope),
      reason: localize(view, reasons[scope]),
    })),
    ...(actsAsInstaller ? [{ text: words.actsAsInstaller, reason: words.serviceAccount }] : []),
  ];
  return texts.map(
    ({ text, reason }) =>
      html`<li>${CHECK}<div>${text}${reason === undefined ? "" : html`<small>${reason}</small>`}</div></li>`,
  );
}
