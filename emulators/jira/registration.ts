/** The registration of the app with the emulated Atlassian. */
export interface JiraRegistration {
  readonly clientId: string;
  /** Several during a rotation: Atlassian accepts the old and the new secret. */
  readonly clientSecret: string | readonly string[];
  /** The only callback URL, which must match exactly. */
  readonly callbackUrl: string;
  /** The name of the app on the consent page. */
  readonly appName?: string;
  /** The time for which a used refresh token still works; ten minutes by default. */
  readonly leewaySeconds?: number;
  /** One hour by default. */
  readonly accessTokenLifetimeSeconds?: number;
  /** The time after which an unused refresh token expires; 90 days by default. */
  readonly inactivitySeconds?: number;
}

/** The example app. Its secret gives access to nothing else. */
export const exampleJiraApp = {
  clientId: "local-jira",
  clientSecret: "local-jira-secret",
} as const;

/** Returns the registration of the example app at `appUrl`. */
export function registerJiraApp(appUrl: string, appName: string) {
  return {
    ...exampleJiraApp,
    callbackUrl: `${appUrl}/oauth/jira/callback`,
    appName,
  } satisfies JiraRegistration;
}
