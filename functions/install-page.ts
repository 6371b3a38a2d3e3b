import { openLinkPage } from "../core/install/install-link.ts";
import { endpoint } from "./http/endpoint.ts";
import { installLinkPage, installPage } from "./http/pages/install-page.ts";
import { errorHtml, page } from "./http/reply.ts";
import { parsePageQuery } from "./http/request.ts";
import { InstallPageQuery } from "./http/requests/install-page.ts";
import { installPageDeps } from "./wiring/dependencies.ts";

const deps = await installPageDeps();

/** `GET /` */
export const handler = endpoint(
  async (event) => {
    const { link } = parsePageQuery(InstallPageQuery, event);
    if (link === undefined) {
      return page(200, installPage(deps.providers.map(({ platform }) => platform)));
    }
    const { cookies = [] } = event;
    const opened = await openLinkPage(deps, { sealed: link, cookies });
    const { platform, metadata } = opened.link;
    const start = { link, nonce: opened.nonce };
    return page(200, installLinkPage(platform, start, metadata.display_name), opened.cookies);
  },
  { failurePage: errorHtml },
);
