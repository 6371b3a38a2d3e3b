import * as v from "valibot";
import { ServiceError } from "../core/errors.ts";
import type { ConnectionSettings } from "../core/postgres/connection.ts";
import { readDatabaseConfig } from "./config.ts";
import { parseJson } from "./json.ts";
import type { SecretReader } from "./secrets.ts";

/** What RDS keeps in the secret of a database user. */
const DatabaseSecret = v.object({ username: v.string(), password: v.string() });

/** How to connect, with the password from the URL or, at every connect, from its secret. */
export async function readConnectionSettings(secrets: SecretReader): Promise<ConnectionSettings> {
  const config = await readDatabaseConfig();
  if ("password" in config) {
    const { username, password, ...settings } = config;
    return { ...settings, credentials: async () => ({ username, password }) };
  }

  const { secretArn, ...settings } = config;
  return {
    ...settings,
    async credentials({ reload }) {
      const text = await secrets.read(secretArn, { reload });
      const secret = v.safeParse(DatabaseSecret, parseJson(text));
      if (secret.success) return secret.output;
      throw new ServiceError("server_error", "A secret of this service is malformed.", {
        reason: "database secret",
      });
    },
  };
}
