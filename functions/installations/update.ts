import * as v from "valibot";
import {
  type InstallationUpdate,
  OrganizationName,
  WebhookSecret,
} from "../../core/installation.ts";
import { updateInstallation } from "../../core/installations/update.ts";
import { Metadata } from "../../core/metadata.ts";
import { Scopes } from "../../core/scopes.ts";
import { OpaqueText } from "../../core/text.ts";
import { endpoint } from "../http/endpoint.ts";
import { toItem } from "../http/installation-item.ts";
import { json } from "../http/reply.ts";
import { parseBody, parseInstallationId, refuseQuery } from "../http/request.ts";
import { Timestamp } from "../http/timestamp.ts";
import { repositoryDeps } from "../wiring/dependencies.ts";

const Body = v.strictObject({
  organization_name: v.optional(OrganizationName),
  access_token: v.optional(OpaqueText),
  refresh_token: v.optional(v.nullable(OpaqueText)),
  token_expires_at: v.optional(v.nullable(Timestamp)),
  scopes: v.optional(Scopes),
  webhook_secret: v.optional(WebhookSecret),
  metadata: v.optional(Metadata),
  is_active: v.optional(v.boolean()),
});

const deps = await repositoryDeps();

/** `PATCH /installations/{id}` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const id = parseInstallationId(event);
  const installation = await updateInstallation(deps, id, toPatch(parseBody(Body, event)));
  return json(200, toItem(installation));
});

/** Written out, so that no key of a caller can reach a column that is not named here. */
function toPatch(body: v.InferOutput<typeof Body>): InstallationUpdate {
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
