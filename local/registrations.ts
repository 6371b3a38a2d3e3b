import type { GithubRegistration } from "../emulators/github/registration.ts";
import type { JiraRegistration } from "../emulators/jira/registration.ts";
import type { SlackRegistration } from "../emulators/slack/registration.ts";
import { isSet, type Variables } from "./variables.ts";

/** Our apps at the emulated platforms. What is called a secret here opens nothing elsewhere. */
export const EMULATED = {
  github: {
    clientId: "local-github",
    clientSecret: "local-github-secret",
    appId: 1001,
    slug: "grantkeep-local",
    webhookSecret: "local-github-webhook-secret",
  },
  slack: {
    clientId: "local-slack",
    clientSecret: "local-slack-secret",
    appId: "A0LOCAL",
    signingSecret: "local-slack-signing-secret",
  },
  jira: { clientId: "local-jira", clientSecret: "local-jira-secret" },
} as const;

/** Of a hundred installs by one account at once, GitHub's ten would leave ninety with a dead token. */
const TOKENS_PER_USER_AND_SCOPES = 10_000;

export interface Registrations {
  readonly github: GithubRegistration;
  readonly slack: SlackRegistration;
  readonly jira: JiraRegistration;
}

/** Whether a platform is the emulated one: a client id of one's own belongs to a platform of one's own. */
export function isEmulated(platform: keyof typeof EMULATED, variables: Variables): boolean {
  const clientId = variables[`${platform.toUpperCase()}_CLIENT_ID`];
  return !isSet(clientId) || clientId === EMULATED[platform].clientId;
}

/** Whether the emulated GitHub has a GitHub App; `GITHUB_APP_ID=` makes it an OAuth App. */
export function isGithubApp({ GITHUB_APP_ID: appId }: Variables): boolean {
  return appId !== "";
}

/** How our apps are registered at the emulated platforms. */
export function createRegistrations(
  publicUrl: string,
  variables: Variables,
  githubAppKey: string,
): Registrations {
  const { github, slack, jira } = EMULATED;
  const app = {
    appId: github.appId,
    slug: github.slug,
    publicKey: githubAppKey,
    setupUrl: `${publicUrl}/oauth/github/setup`,
    webhookUrl: `${publicUrl}/webhooks/github`,
    webhookSecret: github.webhookSecret,
  };
  return {
    github: {
      clientId: github.clientId,
      clientSecret: github.clientSecret,
      callbackUrls: [`${publicUrl}/oauth/github/callback`],
      tokensPerUserAndScopes: TOKENS_PER_USER_AND_SCOPES,
      ...(isGithubApp(variables) && { app }),
    },
    slack: {
      ...slack,
      redirectUrls: [`${publicUrl}/oauth/slack/callback`],
      eventsUrl: `${publicUrl}/webhooks/slack`,
      rotation: true,
    },
    jira: { ...jira, callbackUrl: `${publicUrl}/oauth/jira/callback` },
  };
}
