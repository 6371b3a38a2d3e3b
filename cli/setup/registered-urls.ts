import type { Platform } from "../../core/installation.ts";

/** The URLs of a stage that are registered at the platforms. */
export interface RegisteredUrls {
  readonly home: string;
  readonly callback: (platform: Platform) => string;
  readonly githubSetup: string;
  readonly webhooks: (platform: "github" | "slack") => string;
  readonly slackInteractions: string;
}

/** Returns the URLs under the public URL of a stage. */
export function registeredUrls(publicUrl: string): RegisteredUrls {
  return {
    home: publicUrl,
    callback: (platform) => `${publicUrl}/oauth/${platform}/callback`,
    githubSetup: `${publicUrl}/oauth/github/setup`,
    webhooks: (platform) => `${publicUrl}/webhooks/${platform}`,
    slackInteractions: `${publicUrl}/webhooks/slack/interactions`,
  };
}
