import { chooseSite } from "../core/install/choose-site.ts";
import { endpoint } from "./http/endpoint.ts";
import { installReply } from "./http/install-reply.ts";
import { failurePage } from "./http/reply.ts";
import { parseForm } from "./http/request.ts";
import { SiteChoiceForm } from "./http/requests/site-choice.ts";
import { chooseSiteDeps, pageViews } from "./wiring/dependencies.ts";

const deps = await chooseSiteDeps();
const views = pageViews();

/** `POST /oauth/jira/site` */
export const handler = endpoint(
  async (event) => {
    const { pending_id: pendingId, cloud_id: organizationId } = parseForm(SiteChoiceForm, event);
    const { cookies = [] } = event;
    const result = await chooseSite(deps, { pendingId, organizationId, cookies });
    return installReply(event, result, views);
  },
  { failurePage: failurePage(views) },
);
