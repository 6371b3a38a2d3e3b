import type { Platform } from "./installation.ts";
import { PLATFORMS } from "./platforms.ts";

/** Returns the environment variables with the settings of a platform, such as `GITHUB_SCOPES`. */
export function settingVariables(platform: Platform): string[] {
  return PLATFORMS[platform].settings.map((setting) => `${platform.toUpperCase()}_${setting}`);
}

/** Returns the environment variable that holds the ARN of a secret, such as `STATE_KEYRING_SECRET_ARN`. */
export function secretArnVariable(secretName: string): string {
  return `${secretName.toUpperCase().replaceAll("-", "_")}_SECRET_ARN`;
}
