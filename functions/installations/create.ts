import { createInstallation } from "../../core/installations/create.ts";
import { endpoint, logChange } from "../http/endpoint.ts";
import { toItem } from "../http/installation-item.ts";
import { json } from "../http/reply.ts";
import { parseBody, refuseQuery } from "../http/request.ts";
import { CreateInstallationBody } from "../http/requests/create-installation.ts";
import { configuration, createDeps } from "../wiring/dependencies.ts";

const deps = await createDeps();

/** `POST /installations` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const body = parseBody(CreateInstallationBody, event);
  const installation = await createInstallation(deps, {
    platform: body.platform,
    organizationId: body.organization_id,
    organizationName: body.organization_name,
    accessToken: body.access_token ?? null,
    refreshToken: body.refresh_token ?? null,
    tokenExpiresAt: body.token_expires_at ?? null,
    scopes: body.scopes,
    webhookSecret: body.webhook_secret,
    metadata: body.metadata,
    installedBy: body.installed_by,
    providerInstallationId: body.provider_installation_id ?? null,
  });
  logChange(event, "created", { installation_id: installation.id, changed: Object.keys(body) });
  return json(201, toItem(installation, configuration()));
});
