import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { LOCAL_CALLER } from "./stack.ts";

const [platform, organizationId] = process.argv.slice(2);
const endpoint = `http://127.0.0.1:${Number(process.env.PORT || 3000) + 1}`;

if (platform === undefined || organizationId === undefined) {
  process.stderr.write("Usage: npm run lookup -- <platform> <organization_id>\n");
  process.exitCode = 2;
} else {
  const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials: LOCAL_CALLER });
  const request = { platform, organization_id: organizationId };
  const answer = await lambda
    .send(new InvokeCommand({ FunctionName: "token-lookup", Payload: JSON.stringify(request) }))
    .catch(() => undefined);

  if (answer) {
    const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? "null");
    process.stdout.write(`${JSON.stringify(payload, null, 2)}\n`);
  } else {
    process.stderr.write(`Nothing answers at ${endpoint}: start it with npm run dev\n`);
  }
  process.exitCode = answer && !answer.FunctionError ? 0 : 1;
}
