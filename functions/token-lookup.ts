import type { Permission } from "../core/grants/permissions.ts";
import type { Narrowing } from "../core/ports/provider.ts";
import { lookUpToken } from "../core/tokens/lookup.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { toKey } from "./invoke/installation-key.ts";
import { toLookupResponse } from "./invoke/lookup-response.ts";
import { TokenLookupRequest } from "./invoke/requests/token-lookup.ts";
import type { TokenLookupResponse } from "./invoke/responses.ts";
import { tokenLookupDeps } from "./wiring/lookups.ts";

const deps = await tokenLookupDeps();

/** Invoked as `token-lookup`: returns a valid access token. */
export const handler = directFunction(
  "Lookups",
  TokenLookupRequest,
  async (request, context): Promise<Invocation<TokenLookupResponse>> => {
    const token = await lookUpToken(deps, {
      key: toKey(request),
      minTtlSeconds: request.min_ttl_seconds,
      remainingMs: () => context.getRemainingTimeInMillis(),
      narrowing: toNarrowing(request),
      rejectedTokenSha256: request.rejected_token_sha256,
      requiredScopes: request.require?.scopes ?? [],
      requiredPermissions: toPermissions(request.require?.permissions),
    });
    const { installationId, platform } = token;
    return { audit: { installationId, platform }, response: toLookupResponse(token) };
  },
);

function toPermissions(required: TokenLookupRequest["permissions"] = {}): Permission[] {
  return Object.entries(required).map(([name, access]) => ({ name, access }));
}

function toNarrowing({ repositories, permissions }: TokenLookupRequest): Narrowing | undefined {
  if (!repositories && !permissions) return undefined;
  return { ...(repositories && { repositories }), ...(permissions && { permissions }) };
}
