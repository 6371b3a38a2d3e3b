import type { Stack } from "./stack.ts";

/** What `npm run dev` prints when all is up: where things are, and commands to copy. */
export function welcome(
  { url, aws, platforms }: Stack,
  { databaseUrl, isApp }: { databaseUrl: string; isApp: boolean },
): string {
  const port = new URL(url).port;
  // A GitHub App's tokens act for the installation, an OAuth App's for the user.
  const tokenTest = isApp ? "/installation/repositories" : "/user";
  const prefix = port === "3000" ? "" : `PORT=${port} `;
  return `
Grantkeep runs on this machine alone; its platforms are emulated.

  Install page       ${url}/
  AWS endpoint       ${aws.url}
  Platforms          ${platforms.url}
  Fate               ${platforms.url}/_control
  Database           ${withoutPassword(databaseUrl)}

Open the install page, click "Install on GitHub", and install it on octocat's account. Then

  list the installations:

    ${prefix}npm run list
    curl --aws-sigv4 "aws:amz:us-east-1:execute-api" --user local:local ${url}/installations

  look a token up (583231 is octocat):

    ${prefix}npm run lookup -- github 583231
    AWS_ENDPOINT_URL=${aws.url} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\
      aws lambda invoke --function-name token-lookup --cli-binary-format raw-in-base64-out \\
      --payload '{"platform":"github","organization_id":"583231"}' /dev/stdout

  use it, as your bot would:

    curl -H "authorization: Bearer <access_token>" ${platforms.githubApiUrl}${tokenTest}

  let an hour pass, and look it up again:

    curl -d '{"seconds":3600}' ${platforms.url}/_control/time

Ctrl-C stops everything; the data stay.
`;
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = "";
  return url.href;
}
