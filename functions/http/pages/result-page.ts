import type { ServiceError } from "../../../core/errors.ts";
import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import { platformPages } from "../../../core/providers/platform-pages.ts";
import { causeOf, nextClick, statusMark } from "./failures.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW } from "./marks.ts";
import { isolate, namesOf, type View } from "./view.ts";

/** A failed install. */
export interface FailedInstall {
  readonly error: Pick<ServiceError, "code" | "reason">;
  readonly requestId: string;
  /** `undefined` if the address names none. */
  readonly platform: Platform | undefined;
  /** The relative address of the start page. */
  readonly startHref: string;
  /** The relative address of the page of the link that the install started with. */
  readonly linkHref?: string | undefined;
  /** Where the person can finish, if the App is installed at the platform already. */
  readonly finishHref?: string | undefined;
  /** Whether the person wanted to connect an App that is installed already. */
  readonly isConnect?: boolean | undefined;
  /** Whether the person has requested the App. */
  readonly isRequest?: boolean | undefined;
}

/** Returns the page of a failed install: what happened, what to do next, and a reference for support. */
export function errorPage(view: View, failed: FailedInstall): string {
  const { error, requestId, platform, finishHref, isConnect = false, isRequest = false } = failed;
  const { words } = view;
  const cause = causeOf(error, { isInstalled: finishHref !== undefined, isConnect, isRequest });
  const { title, explanation, nextStep } = words.failures[cause];
  const names = namesOf(view, platform);
  return layout(view, {
    title: title(names),
    content: html`<p>${explanation(names)}</p>
<p>${nextStep(names)}</p>
<ul class="go">${links(view, failed, nextClick(cause))}</ul>
<ul class="fine"><li>${words.reference} <code>${error.code}</code> <code>${requestId}</code></li></ul>`,
    status: statusMark(cause),
  });
}

function links(
  view: View,
  { platform, startHref, linkHref = startHref, finishHref }: FailedInstall,
  click: ReturnType<typeof nextClick>,
): Html[] {
  const { words } = view;
  const names = namesOf(view, platform);
  if (platform !== undefined && finishHref !== undefined) {
    const remove = plain(platformPages[platform].manageUrl(view.platforms), words.removeAt(names));
    const isFinishable = click === "finish" || click === "startAgain";
    return [
      isFinishable ? primary(finishHref, words.finish) : plain(startHref, words.goToStart),
      remove,
    ];
  }
  const createUrl = platform && platformPages[platform].createUrl;
  if (click === "createSite" && createUrl !== undefined) {
    return [primary(createUrl, words.createSite), plain(linkHref, words.otherAccount)];
  }
  if (click === "goToStart") return [plain(startHref, words.goToStart)];
  return [primary(linkHref, words.startAgain)];
}

function primary(href: string, text: string): Html {
  return html`<li><a href="${href}">${text} ${ARROW}</a></li>`;
}

function plain(href: string, text: string): Html {
  return html`<li><a class="plain" href="${href}">${text} ${ARROW}</a></li>`;
}

/** Returns the page of a completed install, for an install without `redirect_uri`. */
export function successPage(
  view: View,
  platform: Platform,
  { organization, id }: { organization: string; id: string },
): string {
  const { connected, reference } = view.words;
  const names = namesOf(view, platform);
  const { describeAccess, manageUrl } = platformPages[platform];
  const { appUrl } = view.brand;
  const open = appUrl === undefined ? [] : [primary(appUrl, connected.open(names))];
  const manage = plain(manageUrl(view.platforms), connected.manage(names));
  const { actsAsInstaller } = describeAccess(view.platforms);
  return layout(view, {
    title: connected.title(names.bot, isolate(organization)),
    content: html`<p>${connected.text(names)} ${connected.close}</p>
<dl>
<dt>${connected.organization}</dt><dd><bdi>${organization}</bdi></dd>
<dt>${connected.platform}</dt><dd>${PLATFORMS[platform].displayName}</dd>
</dl>
<ul class="go">${[...open, manage]}</ul>
<ul class="fine">
${actsAsInstaller ? html`<li>${connected.asYou(names)}</li>` : ""}
<li>${reference} <code>${id}</code></li>
</ul>`,
    status: "done",
  });
}
