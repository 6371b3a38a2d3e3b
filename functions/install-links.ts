import * as v from "valibot";
import { createInstallLink } from "../core/install/install-link.ts";
import { Platform } from "../core/installation.ts";
import { FlowMetadata } from "../core/metadata.ts";
import { endpoint } from "./http/endpoint.ts";
import { json } from "./http/reply.ts";
import { parseBody, refuseQuery } from "./http/request.ts";
import { authorizeDeps } from "./wiring/dependencies.ts";

const ONE_DAY_SECONDS = 86_400;

const Body = v.strictObject({
  platform: Platform,
  redirect_uri: v.optional(v.string()),
  metadata: v.optional(FlowMetadata, {}),
  expires_in: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(7 * ONE_DAY_SECONDS)),
    ONE_DAY_SECONDS,
  ),
});

const deps = await authorizeDeps();

/** `POST /install-links` */
export const handler = endpoint(async (event) => {
  refuseQuery(event);
  const { redirect_uri, expires_in, ...body } = parseBody(Body, event);
  const { url, expiresAt } = await createInstallLink(deps, {
    ...body,
    redirectUri: redirect_uri,
    expiresInSeconds: expires_in,
  });
  return json(201, { url, expires_at: expiresAt.toISOString() });
});
