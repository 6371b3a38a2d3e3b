import * as v from "valibot";
import { openInstallLink } from "../core/install/install-link.ts";
import { authorizeDeps } from "./dependencies.ts";
import { endpoint } from "./http.ts";
import { installLinkPage, installPage } from "./pages/install-page.ts";
import { errorHtml, page } from "./reply.ts";
import { parseQuery } from "./request.ts";

const Query = v.strictObject({ link: v.optional(v.string()) });

const deps = await authorizeDeps();

/** `GET /` */
export const handler = endpoint(
  async (event) => {
    const { link } = parseQuery(Query, event);
    if (link === undefined) {
      return page(200, installPage(deps.providers.map(({ platform }) => platform)));
    }
    const { platform, metadata } = await openInstallLink(deps, link, new Date());
    return page(200, installLinkPage(platform, link, metadata.display_name));
  },
  { failurePage: errorHtml },
);
