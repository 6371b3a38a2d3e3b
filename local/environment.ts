import type { Emulators } from "../emulators/server.ts";
import { EMULATED, isEmulated, isGithubApp } from "./registrations.ts";
import type { Secrets } from "./secrets.ts";
import { isSet, type Variables } from "./variables.ts";

export interface EnvironmentInput {
  readonly variables: Variables;
  readonly publicUrl: string;
  readonly awsUrl: string;
  readonly platforms: Emulators;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly secretArn: (name: string) => string;
}

/**
 * The environment of the functions. What is set already wins, but for AWS: a real account must never be
 * asked from here.
 */
export function createEnvironment(input: EnvironmentInput): Record<string, string> {
  const { variables, publicUrl, awsUrl, databaseUrl, secrets, secretArn } = input;
  const defaults: Record<string, string> = {
    PUBLIC_URL: publicUrl,
    ALLOWED_REDIRECT_URIS: `${publicUrl}/example-app`,
    DATABASE_URL: databaseUrl,
    EVENT_BUS_NAME: "grantkeep",
    ...Object.fromEntries([...secrets.keys()].map((name) => [toVariable(name), secretArn(name)])),
    ...emulatedGithub(input),
    ...emulatedSlack(input),
    ...emulatedJira(input),
  };
  const chosen = Object.entries(defaults).map(([name, value]) => {
    const given = variables[name];
    return [name, isSet(given) ? given : value];
  });
  return {
    ...Object.fromEntries(chosen),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "",
  };
}

/** The ARN of the secret `state-keyring` is in `STATE_KEYRING_SECRET_ARN`. */
function toVariable(secret: string): string {
  return `${secret.toUpperCase().replaceAll("-", "_")}_SECRET_ARN`;
}

function emulatedGithub({ variables, platforms }: EnvironmentInput): Record<string, string> {
  if (!isEmulated("github", variables)) return {};
  const { clientId, appId, slug } = EMULATED.github;
  return {
    GITHUB_CLIENT_ID: clientId,
    GITHUB_URL: platforms.githubUrl,
    GITHUB_API_URL: platforms.githubApiUrl,
    ...(isGithubApp(variables) && { GITHUB_APP_ID: String(appId), GITHUB_APP_SLUG: slug }),
  };
}

function emulatedSlack({ variables, platforms }: EnvironmentInput): Record<string, string> {
  if (!isEmulated("slack", variables)) return {};
  return { SLACK_CLIENT_ID: EMULATED.slack.clientId, SLACK_URL: platforms.slackUrl };
}

function emulatedJira({ variables, platforms }: EnvironmentInput): Record<string, string> {
  if (!isEmulated("jira", variables)) return {};
  return {
    JIRA_CLIENT_ID: EMULATED.jira.clientId,
    JIRA_AUTH_URL: platforms.jiraAuthUrl,
    JIRA_API_URL: platforms.jiraApiUrl,
  };
}
