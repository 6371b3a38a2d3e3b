import type { KeyObject } from "node:crypto";
import * as v from "valibot";
import type { GithubControl } from "./github/control.ts";
import { emulateGithub } from "./github/github.ts";
import {
  exampleGithubApp,
  type GithubRegistration,
  registerGithubApp,
} from "./github/registration.ts";
import type { JiraControl } from "./jira/control.ts";
import { emulateJira } from "./jira/jira.ts";
import { exampleJiraApp, type JiraRegistration, registerJiraApp } from "./jira/registration.ts";
import type { PlatformServices } from "./platform.ts";
import type { SlackControl } from "./slack/control.ts";
import { exampleSlackApp, registerSlackApp, type SlackRegistration } from "./slack/registration.ts";
import { emulateSlack } from "./slack/slack.ts";

/** The name of a platform: the first segment of its paths, and its name in the control API. */
export const PlatformName = v.picklist(["github", "slack", "jira"]);
export type PlatformName = v.InferOutput<typeof PlatformName>;

/** The app as it is registered with each platform. A platform without a registration does not run. */
export interface PlatformRegistrations {
  readonly github: GithubRegistration;
  readonly slack?: SlackRegistration;
  readonly jira?: JiraRegistration;
}

/** The control of each platform, or `undefined` for one that does not run. */
export interface PlatformControls {
  readonly github: GithubControl;
  readonly slack: SlackControl | undefined;
  readonly jira: JiraControl | undefined;
}

/** The base URLs that a client of the platforms is configured with. */
export interface PlatformUrls {
  readonly githubUrl: string;
  readonly githubApiUrl: string;
  readonly slackUrl: string;
  readonly jiraAuthUrl: string;
  readonly jiraApiUrl: string;
}

export type RunningPlatforms = ReturnType<typeof emulatePlatforms>;

/** Creates the platforms that have a registration. */
export function emulatePlatforms(
  { github, slack, jira }: PlatformRegistrations,
  servicesOf: (name: PlatformName) => PlatformServices,
) {
  return {
    github: emulateGithub(github, servicesOf("github")),
    ...(slack && { slack: emulateSlack(slack, servicesOf("slack")) }),
    ...(jira && { jira: emulateJira(jira, servicesOf("jira")) }),
  };
}

/** Returns the controls of the platforms. */
export function controlsOf({ github, slack, jira }: RunningPlatforms): PlatformControls {
  return { github: github.control, slack: slack?.control, jira: jira?.control };
}

/** Returns the URLs of platforms that share an origin. */
export function urlsOf(origin: string): PlatformUrls {
  return {
    githubUrl: `${origin}/github`,
    githubApiUrl: `${origin}/github/api`,
    slackUrl: `${origin}/slack`,
    jiraAuthUrl: `${origin}/jira`,
    jiraApiUrl: `${origin}/jira/api`,
  };
}

/** The example app of each platform. */
export const exampleApps = {
  github: exampleGithubApp,
  slack: exampleSlackApp,
  jira: exampleJiraApp,
};

/** Returns the registrations of the example apps at `appUrl`; the key is the GitHub App's. */
export function exampleRegistrations(
  appUrl: string,
  publicKey: KeyObject | string,
  appName = "Example app",
) {
  return {
    github: registerGithubApp(appUrl, appName, publicKey),
    slack: registerSlackApp(appUrl, appName),
    jira: registerJiraApp(appUrl, appName),
  } satisfies PlatformRegistrations;
}
