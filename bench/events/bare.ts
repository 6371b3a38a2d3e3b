import { createHmac, timingSafeEqual } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";

const HttpEvent = v.object({ headers: v.record(v.string(), v.string()), body: v.string() });
const Secret = v.pipe(v.string(), v.parseJson(), v.object({ webhook_secret: v.string() }));

const eventBridge = new EventBridgeClient();
let secret: string | undefined;

/** Verifies a webhook of GitHub and puts it on the bus: without a database, and with the settings that the SDK has. */
export async function handler(input: unknown): Promise<{ statusCode: number }> {
  const { headers, body } = v.parse(HttpEvent, input);
  secret ??= await readSecret();
  const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const given = headers["x-hub-signature-256"] ?? "";
  const isSigned =
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  if (!isSigned) return { statusCode: 401 };

  const { FailedEntryCount } = await eventBridge.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: process.env.EVENT_BUS_NAME,
          Source: "github",
          DetailType: headers["x-github-event"],
          Detail: body,
        },
      ],
    }),
  );
  return { statusCode: FailedEntryCount === 0 ? 202 : 500 };
}

async function readSecret(): Promise<string> {
  const { SecretString } = await new SecretsManagerClient().send(
    new GetSecretValueCommand({ SecretId: process.env.GITHUB_SECRET_ARN }),
  );
  return v.parse(Secret, SecretString).webhook_secret;
}
