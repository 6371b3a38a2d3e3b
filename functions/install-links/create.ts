import { createInstallLink } from "../../core/install/install-link.ts";
import { endpoint } from "../http/endpoint.ts";
import { json } from "../http/reply.ts";
import { parseBody, refuseQuery } from "../http/request.ts";
import { InstallLinkBody } from "../http/requests/install-link.ts";
import type { InstallLinkCreated } from "../http/responses.ts";
import { createLinkDeps } from "../wiring/dependencies.ts";

const deps = await createLinkDeps();

/** `POST /install-links` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const body = parseBody(InstallLinkBody, event);
  const { id, url, expiresAt } = await createInstallLink(deps, {
    platform: body.platform,
    redirectUri: body.redirect_uri,
    metadata: body.metadata,
    installationId: body.installation_id,
    replaces: body.on_conflict === "replace",
    expiresInSeconds: body.expires_in,
  });
  return json<InstallLinkCreated>(201, { id, url, expires_at: expiresAt.toISOString() });
});
