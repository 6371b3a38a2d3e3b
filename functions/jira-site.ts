import * as v from "valibot";
import { chooseOrganization } from "../core/install/callback.ts";
import { OrganizationId } from "../core/installation.ts";
import { installDeps } from "./dependencies.ts";
import { endpoint } from "./http.ts";
import { installReply } from "./install-reply.ts";
import { errorHtml } from "./reply.ts";
import { parseForm } from "./request.ts";

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
    return installReply(
      event,
      await chooseOrganization(deps, { pendingId, organizationId, cookies }),
    );
  },
  { failurePage: errorHtml },
);
