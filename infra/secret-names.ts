/** The secrets of Grantkeep, and the variable that tells a function where each one is. */
export const SECRET_VARIABLES = {
  "state-keyring": "STATE_KEYRING_SECRET_ARN",
  "token-keyring": "TOKEN_KEYRING_SECRET_ARN",
  github: "GITHUB_SECRET_ARN",
  slack: "SLACK_SECRET_ARN",
  jira: "JIRA_SECRET_ARN",
} as const;

/** The name of a secret, as in `grantkeep/<stage>/<name>`. */
export type SecretName = keyof typeof SECRET_VARIABLES;
