import type { Platform } from "../installation.ts";
import { githubPage } from "./github/page.ts";
import { jiraPage } from "./jira/page.ts";
import type { PlatformPage } from "./platform-page.ts";
import { slackPage } from "./slack/page.ts";

/** The facts about each platform for pages, apart from the code that calls it. */
export const platformPages: Readonly<Record<Platform, PlatformPage>> = {
  github: githubPage,
  slack: slackPage,
  jira: jiraPage,
};
