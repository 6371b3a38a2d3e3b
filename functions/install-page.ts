import { openLinkPage } from "../core/install/install-link.ts";
import type { Platform } from "../core/installation.ts";
import { endpoint } from "./http/endpoint.ts";
import { dropLink, keepLink } from "./http/link-cookie.ts";
import { choicePage, type Offer, offerPage } from "./http/pages/install-page.ts";
import { loadGrantWords } from "./http/pages/load-grant-words.ts";
import { failurePage, page } from "./http/reply.ts";
import { parsePageQuery } from "./http/request.ts";
import { InstallPageQuery } from "./http/requests/install-page.ts";
import { installPageDeps, pageViews } from "./wiring/dependencies.ts";

const deps = await installPageDeps();
const views = pageViews();

/** `GET /` */
export const handler = endpoint(
  async (event) => {
    const { link, platform } = parsePageQuery(InstallPageQuery, event);
    const { cookies = [] } = event;
    const opened =
      link === undefined ? undefined : await openLinkPage(deps, { sealed: link, cookies });
    const offer = opened && link !== undefined ? linkOffer(link, opened) : directOffer(platform);
    const view = await views(event);
    const html = offer
      ? offerPage(view, await loadGrantWords[view.language](), offer)
      : choicePage(view, offered());
    const linkCookies =
      opened && link !== undefined ? [...opened.cookies, keepLink(link)] : dropLink(event);
    return page(view, 200, html, [...view.languageCookies, ...linkCookies]);
  },
  { failurePage: failurePage(views) },
);

function linkOffer(
  sealed: string,
  { link, nonce }: Awaited<ReturnType<typeof openLinkPage>>,
): Offer {
  return {
    platform: link.platform,
    query: { link: sealed },
    start: { link: sealed, nonce },
    canConnect: hasInstallations(link.platform),
    link: {
      customer: link.metadata.display_name,
      expiresAt: new Date(link.expiresAt * 1000),
    },
  };
}

/** Returns the install on a platform, or on the only one. */
function directOffer(platform: Platform | undefined): Offer | undefined {
  const [only, another] = offered();
  const chosen = offered().find((candidate) => candidate === platform);
  const shown = chosen ?? (another === undefined ? only : undefined);
  if (shown === undefined) return undefined;
  const query = chosen ? { platform: chosen } : {};
  return { platform: shown, query, start: {}, canConnect: hasInstallations(shown) };
}

/** Returns whether a platform has an App with installations, which can exist already. */
function hasInstallations(platform: Platform): boolean {
  return deps.providers.some(
    (provider) => provider.platform === platform && provider.installationUrl !== undefined,
  );
}

function offered(): Platform[] {
  return deps.providers.map(({ platform }) => platform);
}
