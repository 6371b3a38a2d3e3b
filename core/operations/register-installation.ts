import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { inactiveError } from "../inactive.ts";
import { type RegisterWebhooksDeps, registerWebhooks } from "../installations/register-webhooks.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { isFresh } from "../tokens/freshness.ts";
import type { RefreshInstallationDeps } from "./refresh-installation.ts";

export interface RegisterInstallationDeps extends RefreshInstallationDeps {
  /** For platforms where webhooks are registered for each organization. */
  readonly webhooks?: RegisterWebhooksDeps;
}

/**
 * Registers or extends the webhooks of an active installation if they are due, after a refresh if its token has
 * expired.
 *
 * @returns whether they were registered
 * @throws {ServiceError} `platform_not_configured`, and the errors of `registerWebhooks` and `Refresh`
 */
export async function registerInstallation(
  deps: RegisterInstallationDeps,
  id: string,
  remainingMs: () => number,
): Promise<boolean> {
  const token = await deps.tokens.findToken({ id });
  if (!token?.isActive) return false;
  const provider = getProviderOfKind(deps.providers, token);
  const { platform, dynamicWebhooks } = provider;
  if (!deps.webhooks || !dynamicWebhooks) return false;
  const { organizationId, scopes } = token;
  return registerWebhooks(
    deps.webhooks,
    { platform, dynamicWebhooks },
    {
      id,
      scopes,
      async grant() {
        const request = { provider, minTtlSeconds: 0, remainingMs };
        const valid = isFresh(token, request) ? token : await deps.refresh(token, request);
        const { accessToken } = valid;
        if (accessToken === null) throw inactiveError("reauthorization_required");
        return { organizationId, accessToken, signal: AbortSignal.timeout(PLATFORM_CALL_MS) };
      },
    },
  );
}
