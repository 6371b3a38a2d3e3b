import type { Installation } from "../installation.ts";
import type { Configuration } from "./configuration.ts";

/**
 * Returns the scopes that an install of the app of an installation requests; none for an app that is not configured
 * any more.
 */
export function requestedScopes(
  { platforms }: Pick<Configuration, "platforms">,
  { platform, clientId }: Pick<Installation, "platform" | "clientId">,
): readonly string[] {
  const settings = platforms[platform];
  return settings.clientId === clientId ? settings.scopes : [];
}
