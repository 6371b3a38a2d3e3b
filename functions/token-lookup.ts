import type { Permission } from "../core/grants/permissions.ts";
import type { Narrowing } from "../core/ports/provider.ts";
import { lookUpToken } from "../core/tokens/lookup.ts";
import { noteLookup } from "../core/tokens/note-lookup.ts";
import { findLimits } from "./invoke/caller.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { toKey } from "./invoke/installation-key.ts";
import { toLookupResponse } from "./invoke/lookup-response.ts";
import { TokenLookupRequest } from "./invoke/requests/token-lookup.ts";
import type { TokenLookupResponse } from "./invoke/responses.ts";
import { toTokenId } from "./invoke/token-id.ts";
import { tokenLookupDeps } from "./wiring/lookups.ts";

const deps = await tokenLookupDeps();

/** Invoked as `token-lookup`: returns a valid access token, within the limits of the caller. */
export const handler = directFunction(
  "Lookups",
  TokenLookupRequest,
  async (request, context, { alias, note }): Promise<Invocation<TokenLookupResponse>> => {
    const requested = toNarrowing(request);
    note({ purpose: request.reason, ...describe(requested) });
    const limits = findLimits(deps.callers, alias);
    const token = await lookUpToken(deps, {
      key: toKey(request),
      minTtlSeconds: request.min_ttl_seconds,
      remainingMs: () => context.getRemainingTimeInMillis(),
      narrowing: requested,
      limits,
      rejectedTokenSha256: request.rejected_token_sha256,
      requiredScopes: request.require?.scopes ?? [],
      requiredPermissions: toPermissions(request.require?.permissions),
    });
    const audit = { tokenId: toTokenId(token.accessToken), ...describe(token.narrowing) };
    await noteLookup(deps, token);
    return { audit, response: toLookupResponse(token) };
  },
);

function toPermissions(required: TokenLookupRequest["permissions"] = {}): Permission[] {
  return Object.entries(required).map(([name, access]) => ({ name, access }));
}

function toNarrowing({ repositories, permissions }: TokenLookupRequest): Narrowing | undefined {
  if (!repositories && !permissions) return undefined;
  return { ...(repositories && { repositories }), ...(permissions && { permissions }) };
}

/** Returns a narrowing for the log. */
function describe(narrowing: Narrowing | undefined) {
  if (!narrowing) return {};
  const { permissions, repositories } = narrowing;
  const levels = permissions && Object.entries(permissions);
  return {
    permissions: levels?.map(([name, access]) => `${name}: ${access}`).join(", "),
    repositories: repositories?.join(", "),
  };
}
