import { PLATFORM_NAMES } from "../core/platforms.ts";

/** The names of the secrets, as in `grantkeep/<stage>/<name>`: one of each platform has the platform's name. */
export const SECRET_NAMES = ["state-keyring", "token-keyring", ...PLATFORM_NAMES] as const;

export type SecretName = (typeof SECRET_NAMES)[number];
