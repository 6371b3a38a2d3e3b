import type { Stack } from "./stack.ts";

interface WelcomeOptions {
  readonly databaseUrl: string;
  /** True if the developer set the URL, whose password is then not printed. */
  readonly isGivenDatabase: boolean;
  /** True if the emulated GitHub has a GitHub App, not an OAuth App. */
  readonly isApp: boolean;
  /** Opens the console once. */
  readonly consoleUrl: string;
}

/** Returns the text that `grantkeep dev` prints after the start: URLs, and commands to copy. */
export function welcome(
  { url, aws, platforms }: Stack,
  { databaseUrl, isGivenDatabase, isApp, consoleUrl }: WelcomeOptions,
): string {
  // A token of a GitHub App acts as the installation, one of an OAuth App as the user.
  const tokenTest = isApp ? "/installation/repositories" : "/user";
  return `
Grantkeep runs on this machine, with emulated platforms.

  Install page       ${url}/
  Console            ${consoleUrl} (opens once; npx grantkeep console prints another)
  AWS endpoint       ${aws.url}
  Events             ${aws.url}/_events
  Platforms          ${platforms.url}
  Control API        ${platforms.url}/_control
  Database           ${isGivenDatabase ? withoutPassword(databaseUrl) : databaseUrl}

Open the install page, choose GitHub, click "Continue to GitHub", and install on the account octocat. Then,
in another terminal,

  list the installations:

    npx grantkeep list
    curl --aws-sigv4 "aws:amz:us-east-1:execute-api" --user local:local ${url}/installations

  look up its token (583231 is octocat):

    npx grantkeep lookup github 583231
    echo '{"platform":"github","organization_id":"583231"}' |
      AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\
      aws --endpoint-url ${aws.url} --region us-east-1 \\
      lambda invoke --function-name token-lookup --payload fileb:///dev/stdin /dev/stdout

  use it, as your bot would:

    curl -H "authorization: Bearer <access_token>" ${platforms.githubApiUrl}${tokenTest}

  cause an event: open an issue, or push a file, on the page of its repository:

    ${platforms.githubUrl}/octocat/hello-world

  send the events of the last hour to your bot again, which needs BOT_URL:

    npx grantkeep replay

  move the time forward by an hour, then look up the token again:

    curl -d '{"seconds":3600}' ${platforms.url}/_control/time

Ctrl-C stops everything and keeps the data.
`;
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = "";
  return url.href;
}
