import * as v from "valibot";
import type { Narrowing } from "../core/ports/provider.ts";
import { lookUpToken } from "../core/tokens/lookup.ts";
import { directFunction, KeyFields, toKey } from "./invoke/direct-function.ts";
import { tokenLookupDeps } from "./wiring/dependencies.ts";

/** @see [Create an installation access token](https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app) */
const Repositories = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/))),
  v.minLength(1),
  v.maxLength(500),
);

const Permissions = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/)), v.picklist(["read", "write", "admin"])),
  v.minEntries(1),
);

const TokenLookupRequest = v.strictObject({
  ...KeyFields,
  min_ttl_seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3000)), 0),
  repositories: v.optional(Repositories),
  permissions: v.optional(Permissions),
});

const deps = await tokenLookupDeps();

/** Invoked as `token-lookup`: answers with a valid access token. */
export const handler = directFunction("Lookups", TokenLookupRequest, async (request, context) => {
  const token = await lookUpToken(deps, {
    key: toKey(request),
    minTtlSeconds: request.min_ttl_seconds,
    remainingMs: () => context.getRemainingTimeInMillis(),
    narrowing: toNarrowing(request),
  });
  const { installationId, platform } = token;
  return {
    audit: { installationId, platform },
    answer: {
      installation_id: installationId,
      platform,
      organization_id: token.organizationId,
      organization_name: token.organizationName,
      access_token: token.accessToken,
      token_type: "bearer",
      expires_at: token.expiresAt?.toISOString() ?? null,
      scopes: token.scopes,
      api_base_url: token.apiBaseUrl,
    },
  };
});

function toNarrowing({
  repositories,
  permissions,
}: v.InferOutput<typeof TokenLookupRequest>): Narrowing | undefined {
  if (!repositories && !permissions) return undefined;
  return { ...(repositories && { repositories }), ...(permissions && { permissions }) };
}
