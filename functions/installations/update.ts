import type { InstallationUpdate } from "../../core/installation.ts";
import { updateInstallation } from "../../core/installations/update.ts";
import { endpoint, logChange } from "../http/endpoint.ts";
import { toItem } from "../http/installation-item.ts";
import { json } from "../http/reply.ts";
import { parseBody, parseInstallationId, refuseQuery } from "../http/request.ts";
import { UpdateInstallationBody } from "../http/requests/update-installation.ts";
import { configuration, updateDeps } from "../wiring/dependencies.ts";

const deps = await updateDeps();

/** `PATCH /installations/{id}` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const id = parseInstallationId(event);
  const body = parseBody(UpdateInstallationBody, event);
  const installation = await updateInstallation(deps, id, toPatch(body));
  logChange(event, "updated", { installation_id: id, changed: Object.keys(body) });
  return json(200, toItem(installation, configuration()));
});

/** Maps each field by name, so that a caller cannot set a column that is not listed here. */
function toPatch(body: UpdateInstallationBody): InstallationUpdate {
  return {
    ...(body.organization_name !== undefined && { organizationName: body.organization_name }),
    ...(body.access_token !== undefined && { accessToken: body.access_token }),
    ...(body.refresh_token !== undefined && { refreshToken: body.refresh_token }),
    ...(body.token_expires_at !== undefined && { tokenExpiresAt: body.token_expires_at }),
    ...(body.scopes !== undefined && { scopes: body.scopes }),
    ...(body.webhook_secret !== undefined && { webhookSecret: body.webhook_secret }),
    ...(body.metadata !== undefined && { metadata: body.metadata }),
    ...(body.is_active !== undefined && { isActive: body.is_active }),
  };
}
