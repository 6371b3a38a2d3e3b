import type { Platform } from "../../../core/installation.ts";

/** What people call the platforms. */
export const PLATFORM_NAME: Record<Platform, string> = {
  github: "GitHub",
  slack: "Slack",
  jira: "Jira",
};
