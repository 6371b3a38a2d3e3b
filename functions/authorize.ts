import * as v from "valibot";
import { authorize } from "../core/install/authorize.ts";
import { authorizeDeps } from "./dependencies.ts";
import { endpoint } from "./http.ts";
import { errorHtml, redirect } from "./reply.ts";
import { parsePlatform, parseQuery } from "./request.ts";

const Query = v.strictObject({
  redirect_uri: v.optional(v.string()),
  link: v.optional(v.string()),
});

const deps = await authorizeDeps();

/** `GET /oauth/{platform}/authorize` */
export const handler = endpoint(
  async (event) => {
    const platform = parsePlatform(event);
    const { redirect_uri: redirectUri, link } = parseQuery(Query, event);
    const { cookies = [] } = event;
    const flow = await authorize(deps, { platform, redirectUri, link, cookies });
    return redirect(302, flow.location.href, flow.cookies);
  },
  { failurePage: errorHtml },
);
