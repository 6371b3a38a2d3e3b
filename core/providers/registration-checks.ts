import type { Platform } from "../installation.ts";
import { githubRegistration } from "./github/registration-check.ts";
import { jiraRegistration } from "./jira/registration-check.ts";
import type { RegistrationCheck } from "./registration-check.ts";
import { slackRegistration } from "./slack/registration-check.ts";

/** The checks of every platform in `PLATFORMS`. Only the function `check` may import them. */
export const registrationChecks: Readonly<Record<Platform, RegistrationCheck>> = {
  github: githubRegistration,
  slack: slackRegistration,
  jira: jiraRegistration,
};
