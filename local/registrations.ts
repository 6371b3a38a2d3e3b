import type { Platform } from "../core/installation.ts";
import {
  exampleApps,
  exampleRegistrations,
  type PlatformRegistrations,
} from "../emulators/platforms.ts";
import { isSet, type Variables } from "./variables.ts";

/** The emulated GitHub revokes the oldest of more than ten tokens of an account: too few for load tests. */
const TOKENS_PER_USER_AND_SCOPES = 10_000;

/** Returns whether a platform is the emulated one: its client ID is not set, or is the emulated app's. */
export function isEmulated(platform: Platform, variables: Variables): boolean {
  const clientId = variables[`${platform.toUpperCase()}_CLIENT_ID`];
  return !isSet(clientId) || clientId === exampleApps[platform].clientId;
}

/** Returns whether the app at the emulated GitHub is a GitHub App. `GITHUB_APP_ID=` makes it an OAuth App. */
export function isGithubApp({ GITHUB_APP_ID: appId }: Variables): boolean {
  return appId !== "";
}

/** Returns the registrations of Grantkeep at the emulated platforms. */
export function createRegistrations(
  publicUrl: string,
  variables: Variables,
  githubAppKey: string,
): PlatformRegistrations {
  const { github, ...others } = exampleRegistrations(publicUrl, githubAppKey, "Grantkeep");
  const { app, ...oauthApp } = github;
  return {
    ...others,
    github: {
      ...oauthApp,
      tokensPerUserAndScopes: TOKENS_PER_USER_AND_SCOPES,
      ...(isGithubApp(variables) && { app }),
    },
  };
}
