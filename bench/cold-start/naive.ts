import { createDecipheriv, hkdfSync } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { InstallProvider } from "@slack/oauth";
import express from "express";
import { Octokit } from "octokit";
import pg from "pg";
import { z } from "zod";

const Request = z.object({ platform: z.string(), organization_id: z.string() });
const Login = z.object({ username: z.string(), password: z.string() });
const Ring = z.object({ keys: z.record(z.string(), z.string()) });
const Row = z.object({
  id: z.string(),
  app: z.string(),
  kind: z.string(),
  client_id: z.string(),
  organization_name: z.string(),
  access_token: z.string(),
});

// What the other routes of such a service would use: it is in the same bundle and created at the start.
export const app = express();
export const octokit = new Octokit();
export const installer = new InstallProvider({
  clientId: "slack-client",
  clientSecret: "slack-secret",
  stateSecret: "state-secret",
});

const secrets = new SecretsManagerClient();
let client: pg.Client | undefined;

/** A token lookup with popular libraries, for the same row, secrets and cipher as Grantkeep. */
export async function handler(event: unknown): Promise<unknown> {
  const { platform, organization_id } = Request.parse(event);
  const { keys } = Ring.parse(await readSecret(process.env.TOKEN_KEYRING_SECRET_ARN));
  client ??= await connect();
  const { rows } = await client.query(
    "select id, app, kind, client_id, organization_name, access_token from installations where platform = $1 and organization_id = $2",
    [platform, organization_id],
  );
  const row = Row.parse(rows[0]);
  const [, keyId = "", box = ""] = row.access_token.split(".");
  const organization = [row.app, platform, organization_id];
  const grant = [...organization, row.kind, "", row.client_id];
  const binding = ["v1", keyId, "installations", "access_token", ...grant];
  return {
    installation_id: row.id,
    organization_name: row.organization_name,
    access_token: decrypt(keys[keyId] ?? "", organization, box, JSON.stringify(binding)),
  };
}

async function connect(): Promise<pg.Client> {
  const { username, password } = Login.parse(await readSecret(process.env.DB_SECRET_ARN));
  const connected = new pg.Client({
    host: process.env.DB_HOST,
    port: Number(process.env.DB_PORT),
    database: process.env.DB_NAME,
    user: username,
    password,
    ssl: { ca: process.env.DATABASE_CA },
  });
  await connected.connect();
  return connected;
}

async function readSecret(SecretId: string | undefined): Promise<unknown> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString ?? "");
}

function decrypt(
  key: string,
  organization: readonly string[],
  sealed: string,
  associatedData: string,
): string {
  const info = `grantkeep/v1/token/${organization.join("/")}`;
  const subkey = hkdfSync("sha256", Buffer.from(key, "base64"), "", info, 32);
  const box = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(subkey), box.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(associatedData)).setAuthTag(box.subarray(-16));
  return decipher.update(box.subarray(12, -16), undefined, "utf8") + decipher.final("utf8");
}
