import type { Permission, Permissions } from "../../grants/permissions.ts";
import type { TokenSet } from "../../ports/provider.ts";
import type { RotatingSecret } from "../rotating-secret.ts";
import { type GithubUrls, isEnterpriseServer } from "./api.ts";
import { createAppJwt } from "./app-jwt.ts";
import type { GithubAppCall, MintedToken } from "./installations.ts";

export interface GithubAppConfig {
  readonly clientId: string;
  readonly clientSecret: RotatingSecret;
  /** The number of the App. */
  readonly appId: string;
  /** The name of the App in the URL of its install page. */
  readonly slug: string;
  /** In PEM, as downloaded from GitHub. */
  readonly privateKey: RotatingSecret;
  /** The permissions that the App is registered with. */
  readonly permissions: readonly Permission[];
  readonly urls: GithubUrls;
}

/** Runs a call with a new JWT of the App. */
export function asApp<Result>(
  { clientId, appId, privateKey, urls }: GithubAppConfig,
  signal: AbortSignal,
  call: (app: GithubAppCall) => Promise<Result>,
): Promise<Result> {
  return privateKey.use(async (pem) => {
    const issuer = isEnterpriseServer(urls) ? appId : clientId;
    const bearer = await createAppJwt(issuer, pem, new Date());
    return call({ urls, clientId, bearer, signal });
  });
}

/** Returns a minted token as the tokens of a grant. */
export function toTokenSet({ token, expiresInSeconds, permissions }: MintedToken): TokenSet {
  return {
    accessToken: token,
    refreshToken: null,
    expiresInSeconds,
    refreshTokenExpiresInSeconds: null,
    scopes: [],
    ...toGranted(permissions),
  };
}

/** Returns the permissions as a field, which is absent if GitHub did not return any. */
export function toGranted(permissions: Permissions): { readonly permissions?: Permissions } {
  return Object.keys(permissions).length > 0 ? { permissions } : {};
}
