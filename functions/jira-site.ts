import * as v from "valibot";
import { chooseSite } from "../core/install/choose-site.ts";
import { OrganizationId } from "../core/installation.ts";
import { endpoint } from "./http/endpoint.ts";
import { installReply } from "./http/install-reply.ts";
import { errorHtml } from "./http/reply.ts";
import { parseForm } from "./http/request.ts";
import { installDeps } from "./wiring/dependencies.ts";

const Choice = v.strictObject({
  pending_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  cloud_id: OrganizationId,
});

const deps = await installDeps();

/** `POST /oauth/jira/site` */
export const handler = endpoint(
  async (event) => {
    const { pending_id: pendingId, cloud_id: organizationId } = parseForm(Choice, event);
    const { cookies = [] } = event;
    return installReply(event, await chooseSite(deps, { pendingId, organizationId, cookies }));
  },
  { failurePage: errorHtml },
);
