import type { Platforms } from "./platforms/server.ts";

/** The client of the emulated GitHub. It opens nothing elsewhere. */
export const EMULATED_GITHUB = { clientId: "local-github", clientSecret: "local-github-secret" };

/** What a developer may set; see section 7 of the README. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentInput {
  readonly variables: Variables;
  readonly publicUrl: string;
  readonly awsUrl: string;
  readonly platforms: Platforms;
  readonly databaseUrl: string;
  readonly secretArn: (name: string) => string;
}

/**
 * The environment of the functions. What is set already wins, but for AWS: a real account must never be
 * asked from here.
 */
export function createEnvironment(input: EnvironmentInput): Record<string, string> {
  const { variables, publicUrl, awsUrl, databaseUrl, secretArn } = input;
  const defaults: Record<string, string> = {
    PUBLIC_URL: publicUrl,
    ALLOWED_REDIRECT_URIS: `${publicUrl}/example-app`,
    DATABASE_URL: databaseUrl,
    STATE_KEYRING_SECRET_ARN: secretArn("state-keyring"),
    TOKEN_KEYRING_SECRET_ARN: secretArn("token-keyring"),
    GITHUB_SECRET_ARN: secretArn("github"),
    ...emulatedGithub(input),
  };
  return {
    ...defaults,
    ...Object.fromEntries(
      Object.keys(defaults).flatMap((name) => {
        const value = variables[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "",
  };
}

/** Whether GitHub is the emulated one: a client id of one's own belongs to a GitHub of one's own. */
export function usesEmulatedGithub({ GITHUB_CLIENT_ID: clientId }: Variables): boolean {
  return clientId === undefined || clientId === EMULATED_GITHUB.clientId;
}

function emulatedGithub({ variables, platforms }: EnvironmentInput): Record<string, string> {
  if (!usesEmulatedGithub(variables)) return {};
  return {
    GITHUB_CLIENT_ID: EMULATED_GITHUB.clientId,
    GITHUB_URL: platforms.githubUrl,
    GITHUB_API_URL: platforms.githubApiUrl,
  };
}
