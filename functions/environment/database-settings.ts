import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { authoritiesOf } from "./certificate-authorities.ts";
import { parseDatabaseUrl, type readDatabaseConfig } from "./config.ts";
import type { SecretReader } from "./secrets.ts";

type DatabaseConfig = Awaited<ReturnType<typeof readDatabaseConfig>>;

/** The secret of a database user, as RDS stores it. */
const DatabaseSecret = v.object({ username: v.string(), password: v.string() });

/**
 * Returns how to connect. The password comes from the URL or, at every connect, from its secret, or is a token
 * that is signed at every connect.
 *
 * @throws {ServiceError} `retry_later`, `server_error` if the URL is in a secret that cannot be read or is
 * malformed
 */
export async function readConnectionSettings(
  config: DatabaseConfig,
  secrets: SecretReader,
): Promise<ConnectionSettings> {
  const settings = await readServerSettings(config, secrets);
  const { host, certificateAuthorities: known } = settings;
  if (!known) return settings;
  return { ...settings, certificateAuthorities: known.map((pem) => authoritiesOf(host, pem)) };
}

async function readServerSettings(
  config: DatabaseConfig,
  secrets: SecretReader,
): Promise<ConnectionSettings> {
  if ("password" in config) {
    const { username, password, ...settings } = config;
    return { ...settings, credentials: async () => ({ username, password }) };
  }

  if ("urlSecretArn" in config) {
    const { urlSecretArn, ...options } = config;
    const { username, password, ...server } = await readUrl(secrets, urlSecretArn);
    return {
      ...server,
      ...options,
      async credentials({ reload }) {
        return reload ? readUrl(secrets, urlSecretArn, { reload }) : { username, password };
      },
    };
  }

  if ("iamUser" in config) {
    const { iamUser: user, ...settings } = config;
    const { engine = "postgres", host, port } = settings;
    return {
      ...settings,
      async credentials() {
        // Imported at the first connect, because a database with a password needs no signature.
        const { signIamToken } = await import("./iam-token.ts");
        return { username: user, password: await signIamToken({ engine, host, port, user }) };
      },
    };
  }

  const { secretArn, ...settings } = config;
  return {
    ...settings,
    async credentials({ reload }) {
      const text = await secrets.read(secretArn, { reload });
      const secret = v.safeParse(DatabaseSecret, parseJson(text));
      if (secret.success) return secret.output;
      throw malformed();
    },
  };
}

async function readUrl(secrets: SecretReader, arn: string, options?: { reload: boolean }) {
  const url = parseDatabaseUrl((await secrets.read(arn, options)).trim());
  if (!url) throw malformed();
  return url;
}

function malformed(): ServiceError {
  return new ServiceError("server_error", "A secret of this service is malformed.", {
    reason: "database secret",
  });
}
