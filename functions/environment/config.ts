import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { Configuration } from "../../core/configuration/configuration.ts";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import { BaseUrl, malformedSetting, NonEmptyText } from "../../core/configuration/setting.ts";
import { secretArnVariable } from "../../core/configuration/variable-names.ts";
import { parseJson } from "../../core/json.ts";

/** The URL of a database on a server. The user, password and database name may be percent-encoded. */
const DatabaseUrl = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^postgres(ql)?:\/\/[^/?#]+\/[^/?#]/),
  v.check(isDecodable),
);

const Port = v.pipe(v.string(), v.digits(), v.toNumber(), v.minValue(1), v.maxValue(65_535));

// Each other schema is in the function that needs it: esbuild drops unused functions, but no unused schemas.

/** Returns the namespace of the metrics. Each stage needs its own: stages can share an account. */
export function readMetricsNamespace(): string {
  const Namespace = v.pipe(v.string(), v.regex(/^[\w/-]{1,100}$/));
  const Variables = v.object({ METRICS_NAMESPACE: v.optional(Namespace, "Grantkeep") });
  return readSettings(Variables).METRICS_NAMESPACE;
}

/** Returns the event bus to publish events on, or `undefined` if events are off. */
export function readEventBusName(): string | undefined {
  // The name of an event bus, or the ARN of one in another account.
  const BusName = v.pipe(
    v.string(),
    v.regex(/^(arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/),
  );
  return readSettings(v.object({ EVENT_BUS_NAME: v.optional(BusName) })).EVENT_BUS_NAME;
}

/** Returns the bucket for the bodies of deliveries that are too long for the event bus. */
export function readDeliveryBucket(): string {
  const Bucket = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/));
  return readSettings(v.object({ DELIVERY_BUCKET: Bucket })).DELIVERY_BUCKET;
}

/** The region and the credentials of a function, which Lambda sets, and the endpoint of local mode. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Returns the region and the credentials with which this function calls AWS. */
export function readAwsAccess(): AwsAccess {
  const Variables = v.object({
    AWS_REGION: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
    AWS_ENDPOINT_URL: v.optional(BaseUrl),
    AWS_ACCESS_KEY_ID: NonEmptyText,
    AWS_SECRET_ACCESS_KEY: NonEmptyText,
    AWS_SESSION_TOKEN: v.optional(NonEmptyText),
  });
  const settings = readSettings(Variables);
  const { AWS_SESSION_TOKEN: sessionToken } = settings;
  return {
    region: settings.AWS_REGION,
    endpoint: settings.AWS_ENDPOINT_URL,
    credentials: {
      accessKeyId: settings.AWS_ACCESS_KEY_ID,
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
      ...(sessionToken !== undefined && { sessionToken }),
    },
  };
}

/** Returns the event bus to put deliveries on. Without one, they could not be handed over. */
export function requireEventBusName(): string {
  const name = readEventBusName();
  if (name === undefined) throw malformedSetting("EVENT_BUS_NAME");
  return name;
}

/** Returns the public URL of Grantkeep. */
export function readPublicUrl(): string {
  return readSettings(v.object({ PUBLIC_URL: BaseUrl })).PUBLIC_URL;
}

/**
 * Returns the configuration: the file beside the bundle, or `CONFIGURATION_FILE`, overridden by variables.
 *
 * @throws {Error} with a sentence for each mistake, which names the setting without its value
 */
export function readConfiguration(): Configuration {
  const file = process.env.CONFIGURATION_FILE || "configuration.json";
  return parseConfiguration(parseJson(readText(file)), process.env);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error("The configuration file could not be read.");
  }
}

/** Returns the ARN of the secret with the key ring for states, cookies, links and cursors. */
export function readStateKeyringArn(): string {
  const Variables = v.object({ STATE_KEYRING_SECRET_ARN: NonEmptyText });
  return readSettings(Variables).STATE_KEYRING_SECRET_ARN;
}

/** Returns the ARN of the secret with the key ring for tokens and webhook secrets. */
export function readTokenKeyringArn(): string {
  const Variables = v.object({ TOKEN_KEYRING_SECRET_ARN: NonEmptyText });
  return readSettings(Variables).TOKEN_KEYRING_SECRET_ARN;
}

/** Returns the ARN of a secret, such as that of a platform, or `undefined` if there is none. */
export function readSecretArn(secretName: string): string | undefined {
  const arn = process.env[secretArnVariable(secretName)];
  return arn === "" ? undefined : arn;
}

/**
 * Returns the database to connect to: a URL, a secret with a URL, or a server. The user of a server logs in with
 * IAM, or has a secret with a password.
 */
export async function readDatabaseConfig() {
  const { DB_ENGINE, DATABASE_CA, DATABASE_POOLED, DATABASE_URL, DATABASE_URL_SECRET_ARN } =
    readSettings(
      v.object({
        DB_ENGINE: v.optional(v.picklist(["postgres", "dsql"])),
        DATABASE_CA: v.optional(NonEmptyText),
        DATABASE_POOLED: v.optional(v.picklist(["true", "false"]), "false"),
        DATABASE_URL: v.optional(DatabaseUrl),
        DATABASE_URL_SECRET_ARN: v.optional(NonEmptyText),
      }),
    );
  const certificateAuthorities = DATABASE_CA && [await readCertificates(DATABASE_CA)];
  const options = {
    ...(DB_ENGINE && { engine: DB_ENGINE }),
    pooled: DATABASE_POOLED === "true",
    ...(certificateAuthorities && { certificateAuthorities }),
  };
  if (DATABASE_URL) return { ...fromUrl(DATABASE_URL), ...options };
  if (DATABASE_URL_SECRET_ARN) return { urlSecretArn: DATABASE_URL_SECRET_ARN, ...options };

  const { DB_HOST, DB_PORT, DB_NAME, DB_USER } = readSettings(
    v.object({
      DB_HOST: NonEmptyText,
      DB_PORT: v.optional(Port, "5432"),
      DB_NAME: NonEmptyText,
      // At most 63 bytes, as for every name in PostgreSQL.
      DB_USER: v.optional(v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_-]{0,62}$/i))),
    }),
  );
  const server = { host: DB_HOST, port: DB_PORT, database: DB_NAME, ...options };
  if (DB_USER) return { ...server, iamUser: DB_USER };
  const { DB_SECRET_ARN } = readSettings(v.object({ DB_SECRET_ARN: NonEmptyText }));
  return { ...server, secretArn: DB_SECRET_ARN };
}

/** Returns the region and the credentials of this function, which Lambda keeps in its environment. */
export function readFunctionCredentials() {
  const variables = readSettings(
    v.object({
      AWS_REGION: NonEmptyText,
      AWS_ACCESS_KEY_ID: NonEmptyText,
      AWS_SECRET_ACCESS_KEY: NonEmptyText,
      AWS_SESSION_TOKEN: v.optional(NonEmptyText),
    }),
  );
  const { AWS_SESSION_TOKEN: sessionToken } = variables;
  return {
    region: variables.AWS_REGION,
    accessKeyId: variables.AWS_ACCESS_KEY_ID,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
    ...(sessionToken && { sessionToken }),
  };
}

/** Returns the server, database and credentials in a URL, or `undefined` if it is malformed. */
export function parseDatabaseUrl(text: string) {
  const url = v.safeParse(DatabaseUrl, text);
  return url.success ? fromUrl(url.output) : undefined;
}

// Only `sslmode` is read from the query: postgres.js sends parameters that it does not know to the server.
function fromUrl(text: string) {
  const url = new URL(text);
  const sslmode = url.searchParams.get("sslmode") ?? "disable";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tlsOnLoopback: ["require", "verify-ca", "verify-full"].includes(sslmode),
  };
}

async function readCertificates(pemOrPath: string): Promise<string> {
  if (pemOrPath.includes("-----BEGIN CERTIFICATE-----")) return pemOrPath;
  return readFile(pemOrPath, "utf8").catch(() => {
    throw malformedSetting("DATABASE_CA");
  });
}

/**
 * Returns the environment variables that a schema names, validated.
 *
 * @throws {Error} that names the first variable that is missing or malformed, without its value
 */
function readSettings<const Schema extends v.GenericSchema>(schema: Schema): v.InferOutput<Schema> {
  // An empty variable is the same as none: `GITHUB_APP_ID= npm run dev` unsets it.
  const set = Object.entries(process.env).filter(([, value]) => value !== "");
  const result = v.safeParse(schema, Object.fromEntries(set));
  if (result.success) return result.output;
  throw malformedSetting(String(result.issues[0].path?.[0]?.key));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
