import * as v from "valibot";
import {
  OrganizationId,
  OrganizationName,
  Platform,
  ProviderInstallationId,
  WebhookSecret,
} from "../../core/installation.ts";
import { createInstallation } from "../../core/installations.ts";
import { Metadata } from "../../core/metadata.ts";
import { Scopes } from "../../core/scopes.ts";
import { OpaqueText, PlainText } from "../../core/text.ts";
import { repositoryDeps } from "../dependencies.ts";
import { endpoint } from "../http.ts";
import { json } from "../reply.ts";
import { parseBody, refuseQuery } from "../request.ts";
import { toItem } from "./item.ts";
import { Timestamp } from "./timestamp.ts";

const Body = v.strictObject({
  platform: Platform,
  organization_id: OrganizationId,
  organization_name: OrganizationName,
  access_token: v.optional(OpaqueText),
  installed_by: v.pipe(PlainText, v.minLength(1), v.maxLength(255)),
  refresh_token: v.optional(OpaqueText),
  token_expires_at: v.optional(Timestamp),
  scopes: v.optional(Scopes, []),
  webhook_secret: v.optional(WebhookSecret),
  metadata: v.optional(Metadata, {}),
  provider_installation_id: v.optional(ProviderInstallationId),
});

const deps = await repositoryDeps();

/** `POST /installations` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const body = parseBody(Body, event);
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
  return json(201, toItem(installation));
});
