import type { OAuthProvider, StoredGrant } from "../ports/provider.ts";
import type { WebhookRegistrations } from "../ports/webhook-registrations.ts";

/** A refresh is needed for a token with less life left. */
const MIN_LIFE_SECONDS = 30;

/** The grant of an installation that is deleted next. */
interface EndingGrant extends StoredGrant {
  readonly installationId: string;
  readonly lifeLeftSeconds: number | null;
}

/**
 * Removes the webhooks that an installation has registered at its platform, before it is deleted. If its access
 * token has expired, uses up the refresh token for a new one, which is not stored.
 *
 * @throws {ServiceError} the errors of `DynamicWebhooks.remove`, of `OAuthProvider.refresh` and of
 * `WebhookRegistrations.find`
 */
export async function removeWebhooks(
  registrations: Pick<WebhookRegistrations, "find">,
  provider: OAuthProvider,
  grant: EndingGrant,
): Promise<void> {
  const { organizationId, installationId, signal } = grant;
  const { ids = [] } = (await registrations.find(installationId)) ?? {};
  if (!provider.dynamicWebhooks || ids.length === 0) return;
  const accessToken = await findValidToken(provider, grant);
  // The grant has ended: nobody can remove them, and the platform sends them to nobody.
  if (accessToken === null) return;
  await provider.dynamicWebhooks.remove({ organizationId, accessToken, signal }, ids);
}

async function findValidToken(provider: OAuthProvider, grant: EndingGrant): Promise<string | null> {
  const { accessToken, refreshToken, lifeLeftSeconds } = grant;
  if (lifeLeftSeconds === null || lifeLeftSeconds >= MIN_LIFE_SECONDS) return accessToken;
  return refreshToken === null ? null : (await provider.refresh(grant)).accessToken;
}
