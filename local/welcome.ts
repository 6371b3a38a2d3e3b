import type { Stack } from "./stack.ts";

/** What `npm run dev` prints when all is up: where things are, and commands to copy. */
export function welcome({ url, aws, platforms }: Stack, databaseUrl: string): string {
  const port = new URL(url).port;
  const prefix = port === "3000" ? "" : `PORT=${port} `;
  return `
Grantkeep runs on this machine alone; its platforms are emulated.

  Install page       ${url}/
  AWS endpoint       ${aws.url}
  Emulated GitHub    ${platforms.githubUrl}
  Fate               ${platforms.url}/_control
  Database           ${databaseUrl.replace(/:[^:@/]*@/, "@")}

Open the install page, click "Install on GitHub", and authorize as octocat. Then

  list the installations:

    ${prefix}npm run list
    curl --aws-sigv4 "aws:amz:us-east-1:execute-api" --user local:local ${url}/installations

  look a token up (583231 is octocat):

    ${prefix}npm run lookup -- github 583231
    AWS_ENDPOINT_URL=${aws.url} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\
      aws lambda invoke --function-name token-lookup --cli-binary-format raw-in-base64-out \\
      --payload '{"platform":"github","organization_id":"583231"}' /dev/stdout

  use it, as your bot would:

    curl -H "authorization: Bearer <access_token>" ${platforms.githubApiUrl}/user

Ctrl-C stops everything; the data stay.
`;
}
