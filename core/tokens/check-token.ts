import { type ServiceError, toServiceError } from "../errors.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { RefreshLease } from "../ports/refresh-leases.ts";

/** The state of a stored access token at its platform. */
export type TokenState =
  | { readonly is: "alive" | "dead" }
  | { readonly is: "unknown"; readonly failure: ServiceError };

/** Requests from the platform whether it still accepts the stored access token. It never throws. */
export async function checkToken(
  provider: OAuthProvider,
  { organizationId, providerInstallationId, accessToken }: RefreshLease,
  signal: AbortSignal,
): Promise<TokenState> {
  const grant = { organizationId, providerInstallationId, accessToken, refreshToken: null, signal };
  try {
    const state = await provider.check(grant);
    return { is: state.status === "active" && state.isTokenExpired !== true ? "alive" : "dead" };
  } catch (error) {
    return { is: "unknown", failure: toServiceError(error) };
  }
}
