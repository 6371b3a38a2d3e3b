import { GrantkeepError } from "./errors.ts";
import type { Grantkeep } from "./grantkeep.ts";
import type { TokenOptions } from "./lookup.ts";
import type { Platform, Token } from "./token.ts";

/** Names an installation of a known platform. */
export type InstallationKey =
  | { readonly organizationId: string | number }
  | { readonly providerInstallationId: string | number }
  | { readonly installationId: string };

/** The options of the tokens that a library gets: it decides itself when a token was rejected. */
export type LibraryOptions = Omit<TokenOptions, "rejected" | "signal">;

/** Returns a function that looks the token of an installation up, which must be of this platform. */
export function tokensOf<Name extends Platform>(
  grantkeep: Grantkeep,
  platform: Name,
  key: InstallationKey,
  options: LibraryOptions = {},
): (rejected?: string) => Promise<Extract<Token, { readonly platform: Name }>> {
  const named = "installationId" in key ? key : { platform, ...key };
  return async (rejected) => {
    const token: Token = await grantkeep.token(named, { ...options, rejected });
    if (isOf(token, platform)) return token;
    throw new GrantkeepError("invalid_request", `The installation is not one of ${platform}.`);
  };
}

function isOf<Name extends Platform>(
  token: Token,
  platform: Name,
): token is Extract<Token, { readonly platform: Name }> {
  return token.platform === platform;
}
