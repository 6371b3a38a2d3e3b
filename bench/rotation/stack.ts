import postgres from "postgres";
import { createDatabase } from "../../core/postgres/client.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { createPostgresSealedRows } from "../../core/postgres/sealed-rows.ts";
import { createKeyRing, type KeyRingDocument } from "../../core/sealing/keyring.ts";
import { sealColumn, sealRegistration } from "../../core/sealing/sealed-columns.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { createKeyRingStore } from "../../functions/environment/keyring-store.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { writeConfiguration } from "../../local/configuration.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { toSettings } from "../support/installations.ts";
import type { KnownGrant } from "../support/lookup-report.ts";

const CHUNK = 1_000;

const CLIENT_ID = "1.2";

/** The installation of a number, of those that the stack is loaded with. */
export function grantOf(number: number): KnownGrant {
  return { organizationId: `T${number}`, accessToken: `xoxb-${number}` };
}

/** Starts a database with encrypted installations, and Secrets Manager with their key ring. */
export async function startRotationStack(count: number) {
  const ring = generateKeyRing();
  const server = await startPostgres();
  const settings = toSettings(server.url);
  await migrate(settings, await readMigrations("migrations"));
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await load(sql, ring, count);

  const aws = await startAws({
    port: 0,
    caller: LOCAL_CALLER,
    secrets: new Map([
      ["token-keyring", JSON.stringify(ring)],
      ["slack", JSON.stringify({ client_secret: "unused" })],
    ]),
    functions: new Map(),
  });
  const configuration = await writeConfiguration({ brand: { name: "Bench" } }, {});
  const arn = aws.secretArn("token-keyring");
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
    DATABASE_URL: server.url,
    TOKEN_KEYRING_SECRET_ARN: arn,
    CONFIGURATION_FILE: configuration.path,
    SLACK_CLIENT_ID: CLIENT_ID,
    SLACK_SECRET_ARN: aws.secretArn("slack"),
  });
  const database = createDatabase(async () => settings);
  return {
    deps: { ring: createKeyRingStore(arn), rows: createPostgresSealedRows(database) },
    async stop() {
      await database.close();
      await sql.end();
      await aws.close();
      await configuration.remove();
      await server.stop();
    },
  };
}

/** Inserts teams whose tokens never expire, so that no lookup calls Slack. */
async function load(sql: postgres.Sql, document: KeyRingDocument, count: number): Promise<void> {
  const ring = createKeyRing(document);
  const sealer = createSealer(async () => ring);
  for (let first = 1; first <= count; first += CHUNK) {
    const rows = Array.from({ length: CHUNK }, async (_, index) => {
      const number = first + index;
      const { organizationId, accessToken } = grantOf(number);
      const row = {
        platform: "slack",
        organizationId,
        kind: "slack_bot",
        providerInstallationId: null,
        clientId: CLIENT_ID,
      } as const;
      return {
        id: `inst-${number.toString(16).padStart(32, "0")}`,
        platform: row.platform,
        organization_id: row.organizationId,
        organization_name: `Team ${number}`,
        kind: row.kind,
        client_id: row.clientId,
        registration: await sealRegistration(sealer, row),
        installed_by: "somebody",
        access_token: await sealColumn(sealer, "access_token", row, accessToken),
        webhook_secret: await sealColumn(sealer, "webhook_secret", row, `secret-of-${number}`),
      };
    });
    await sql`insert into installations ${sql(await Promise.all(rows))}`;
  }
  await sql`vacuum analyze installations`;
}
