/** The app as it is registered with the emulated Atlassian. */
export interface JiraRegistration {
  readonly clientId: string;
  /** Several while a secret is rotated: Atlassian takes the old and the new one. */
  readonly clientSecret: string | readonly string[];
  /** There is only one, and it is matched byte by byte. */
  readonly callbackUrl: string;
  /** What the consent page calls the app. */
  readonly appName?: string;
  /** How long a used refresh token goes on working; ten minutes by default. */
  readonly leewaySeconds?: number;
  /** One hour by default. */
  readonly accessTokenLifetimeSeconds?: number;
  /** How long a refresh token lives that is not used; 90 days by default. */
  readonly inactivitySeconds?: number;
}
