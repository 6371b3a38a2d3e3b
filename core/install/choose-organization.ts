import { INSTALL_CALLS_MS } from "../deadlines.ts";
import { toServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import type { PendingInstallations } from "../ports/pending-installations.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { getProvider } from "../providers/registry.ts";
import { addToTrace } from "../request-trace.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { expireFlowCookie, readFlowCookie } from "./flow-cookie.ts";
import type { InstallResult } from "./install-result.ts";
import { invalidState } from "./invalid-state.ts";
import { hashOf } from "./oauth-state.ts";
import { matchRedirectUri, type RedirectUris } from "./redirect-uri.ts";
import { type StoreGrantDeps, storeGrant } from "./store-grant.ts";

export interface ChooseOrganizationDeps extends StoreGrantDeps {
  readonly stateSealer: Sealer;
  readonly providers: readonly OAuthProvider[];
  readonly redirectUris: RedirectUris;
  readonly pending: PendingInstallations;
}

export interface ChooseOrganizationInput {
  readonly platform: Platform;
  /** The id of the pending installation, which is the nonce of its flow. */
  readonly pendingId: string;
  readonly organizationId: string;
  /** The `name=value` cookies of the request. */
  readonly cookies: readonly string[];
}

/**
 * Completes a flow whose grant covers several organizations, with the one that the installer picked.
 *
 * @throws {ServiceError} `invalid_state` unless the request comes from the installer's browser, in time
 * and for the first time; `invalid_redirect_uri`, `retry_later`
 */
export async function chooseOrganization(
  deps: ChooseOrganizationDeps,
  { platform, pendingId, organizationId, cookies }: ChooseOrganizationInput,
): Promise<InstallResult> {
  const cookie = await readFlowCookie(deps.stateSealer, pendingId, cookies);
  if (!cookie) throw invalidState("no_cookie");

  const cookieHash = hashOf(cookie.browserSecret);
  const pending = await deps.pending.take(pendingId, { cookieHash, organizationId });
  const grant = pending?.grants.find((candidate) => candidate.organizationId === organizationId);
  if (pending?.platform !== platform || !grant) throw invalidState("not_pending");

  const { redirectUri, link } = pending;
  addToTrace({ platform, organizationId, ...(link && { linkId: link.id }) });
  const flow = {
    platform,
    redirectUri: redirectUri && matchRedirectUri(deps.redirectUris, redirectUri),
    cookies: [expireFlowCookie(pendingId)],
  };
  try {
    const signal = AbortSignal.timeout(INSTALL_CALLS_MS);
    const provider = getProvider(deps.providers, platform);
    return { ...flow, ...(await storeGrant(deps, provider, pending, grant, signal)) };
  } catch (error) {
    return { ...flow, status: "error", error: toServiceError(error) };
  }
}
