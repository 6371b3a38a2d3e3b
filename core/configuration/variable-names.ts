import type { Platform } from "../installation.ts";

/** Returns the environment variable of a setting of a platform: `GITHUB_APP_SLUG` for `appSlug`. */
export function settingVariable(platform: Platform, setting: string): string {
  return `${platform}_${setting.replaceAll(/[A-Z]/g, "_$&")}`.toUpperCase();
}

/** Returns the environment variable that holds the ARN of a secret, such as `STATE_KEYRING_SECRET_ARN`. */
export function secretArnVariable(secretName: string): string {
  return `${secretName.toUpperCase().replaceAll("-", "_")}_SECRET_ARN`;
}
