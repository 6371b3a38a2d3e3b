import { PLATFORM_NAMES } from "../../core/platforms.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { createSealer } from "../../core/sealing/sealer.ts";
import { writeConfiguration } from "../../local/configuration.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { startPostgres } from "../../local/postgres/postgres.ts";
import { startAwsProcess } from "./aws-process.ts";
import { startTls } from "./tls.ts";

/** A name of loopback that Grantkeep does not recognize as loopback, so that it connects with TLS. */
const HOST = "LOCALHOST";
const DATABASE = "postgres";
const FIRST_VERSION = 1;
const RETENTION_DAYS = 30;
const PLATFORM_SECRET = JSON.stringify({ client_secret: "secret" });

/** The services that deployed functions connect to: PostgreSQL over TLS, and Secrets Manager. */
export interface Deployment {
  /** The environment of the functions. */
  readonly environment: Readonly<Record<string, string>>;
  /** The port of PostgreSQL. */
  readonly databasePort: number;
  /** A request for `token-lookup`, and the token that it must return. */
  readonly lookup: { readonly event: Record<string, string>; readonly accessToken: string };
  stop(): Promise<void>;
}

/** Starts the services, with one installation whose token does not expire. */
export async function startDeployment(): Promise<Deployment> {
  const server = await startPostgres();
  const url = new URL(server.url);
  const { username, password } = url;
  const databasePort = Number(url.port);
  const authority = await startTls(url);

  const settings = {
    host: url.hostname,
    port: databasePort,
    database: DATABASE,
    credentials: async () => ({ username, password }),
  };
  await migrate(settings, await readMigrations("migrations"));

  const tokenKeyring = generateKeyRing();
  const database = createDatabase(async () => settings);
  const sealer = createSealer(async () => createKeyRing(tokenKeyring));
  const accessToken = "xoxb-000000000000-FAKE";
  const event = { platform: "slack", organization_id: "T00000001" };
  const { installation } = await createPostgresInstallationRepository(database, sealer).create({
    platform: "slack",
    organizationId: event.organization_id,
    organizationName: "Acme",
    kind: "slack_bot",
    providerInstallationId: null,
    clientId: clientIdOf("slack"),
    accessToken,
    refreshToken: null,
    tokenExpiresAt: null,
    refreshTokenExpiresAt: null,
    scopes: ["chat:write"],
    webhookSecret: "0".repeat(64),
    installedBy: "installer@example.com",
    installedById: null,
    metadata: {},
  });
  // As the first lookup of an installation stores them: the lookups that are measured call no platform.
  const fence = { installationId: installation.id, tokenVersion: FIRST_VERSION };
  const tokens = createPostgresTokenStore(database, sealer, { retentionDays: RETENTION_DAYS });
  await tokens.storePlatformFields(fence, { botUserId: "U0BOT", botId: "B0BOT", appId: "A0APP" });
  await database.close();

  const configuration = await writeConfiguration({ brand: { name: "Bench" } }, {});
  const aws = await startAwsProcess({
    "state-keyring": JSON.stringify(generateKeyRing()),
    "token-keyring": JSON.stringify(tokenKeyring),
    database: JSON.stringify({ username, password }),
    ...Object.fromEntries(PLATFORM_NAMES.map((name) => [name, PLATFORM_SECRET])),
  });
  return {
    environment: {
      CONFIGURATION_FILE: configuration.path,
      PUBLIC_URL: "https://grantkeep.example.com",
      EVENT_BUS_NAME: "grantkeep",
      DELIVERY_BUCKET: "grantkeep-deliveries",
      STATE_KEYRING_SECRET_ARN: aws.arns["state-keyring"] ?? "",
      TOKEN_KEYRING_SECRET_ARN: aws.arns["token-keyring"] ?? "",
      ...Object.fromEntries(PLATFORM_NAMES.flatMap((name) => toVariables(name, aws.arns[name]))),
      DB_HOST: HOST,
      DB_PORT: url.port,
      DB_NAME: DATABASE,
      DB_SECRET_ARN: aws.arns.database ?? "",
      DATABASE_CA: authority,
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    },
    databasePort,
    lookup: { event, accessToken },
    async stop() {
      await aws.stop();
      await configuration.remove();
      await server.stop();
    },
  };
}

function toVariables(platform: string, secretArn = "") {
  const prefix = platform.toUpperCase();
  return [
    [`${prefix}_CLIENT_ID`, clientIdOf(platform)],
    [`${prefix}_SECRET_ARN`, secretArn],
  ];
}

function clientIdOf(platform: string): string {
  return `${platform}-client`;
}
