import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { KeyRingDocument } from "../../core/sealing/keyring.ts";
import type { SealedColumn } from "../../core/sealing/sealed-column-names.ts";
import { openColumn } from "../../core/sealing/sealed-columns.ts";
import type { Sealer } from "../../core/sealing/sealer.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import type { TestStack } from "../support/stack.ts";

const COLUMNS = [
  "access_token",
  "refresh_token",
  "webhook_secret",
] as const satisfies readonly SealedColumn[];

const SealedRow = v.object({
  platform: v.picklist(["github", "slack", "jira"]),
  organization_id: v.string(),
  kind: v.picklist(["oauth_app", "github_app", "slack_bot", "jira_3lo"]),
  provider_installation_id: v.nullable(v.string()),
  client_id: v.string(),
  access_token: v.nullable(v.string()),
  refresh_token: v.nullable(v.string()),
  webhook_secret: v.nullable(v.string()),
});

/** The text of a secret, as the functions read it. */
export async function readSecret({ aws }: TestStack, name: string): Promise<string> {
  const client = new SecretsManagerClient({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: LOCAL_CALLER,
  });
  const { SecretString } = await client.send(
    new GetSecretValueCommand({ SecretId: aws.secretArn(name) }),
  );
  return v.parse(v.string(), SecretString);
}

/** A key ring, as the functions read it. */
export async function readKeyRing(
  stack: TestStack,
  name: "state-keyring" | "token-keyring",
): Promise<KeyRingDocument> {
  return v.parse(KeyRingDocument, JSON.parse(await readSecret(stack, name)));
}

/** The secrets of every installation, encrypted and decrypted. Values that cannot be decrypted are omitted. */
export async function readStoredSecrets(
  { database: { sql } }: TestStack,
  tokenSealer: Sealer,
): Promise<string[]> {
  const rows = v.parse(v.array(SealedRow), [
    ...(await sql`
      select
        platform, organization_id, kind, provider_installation_id, client_id,
        access_token, refresh_token, webhook_secret
      from installations
    `),
  ]);
  const secrets = rows.flatMap((row) => {
    const key = {
      platform: row.platform,
      organizationId: row.organization_id,
      kind: row.kind,
      providerInstallationId: row.provider_installation_id,
      clientId: row.client_id,
    };
    return COLUMNS.map(async (column) => {
      const sealed = row[column];
      if (sealed === null) return [];
      const opened = await openColumn(tokenSealer, column, key, sealed).catch(() => undefined);
      return opened === undefined ? [sealed] : [sealed, opened];
    });
  });
  return (await Promise.all(secrets)).flat();
}
