import { openInstallLink } from "../core/install/install-link.ts";
import { endpoint } from "./http/endpoint.ts";
import { installLinkPage, installPage } from "./http/pages/install-page.ts";
import { errorHtml, page } from "./http/reply.ts";
import { parsePageQuery } from "./http/request.ts";
import { InstallPageQuery } from "./http/requests/install-page.ts";
import { flowStartDeps } from "./wiring/dependencies.ts";

const deps = await flowStartDeps();

/** `GET /` */
export const handler = endpoint(
  async (event) => {
    const { link } = parsePageQuery(InstallPageQuery, event);
    if (link === undefined) {
      return page(200, installPage(deps.providers.map(({ platform }) => platform)));
    }
    const { platform, metadata } = await openInstallLink(deps, link, new Date());
    return page(200, installLinkPage(platform, link, metadata.display_name));
  },
  { failurePage: errorHtml },
);
