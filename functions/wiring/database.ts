import { createDatabase, type Database } from "../../core/postgres/client.ts";
import { readDatabaseConfig } from "../environment/config.ts";
import { readConnectionSettings } from "../environment/database-settings.ts";
import type { SecretReader } from "../environment/secrets.ts";

/**
 * Opens the database that the environment names.
 *
 * An invalid variable fails here. A secret that cannot be read fails the statements that need it, and is
 * read again for the next one.
 *
 * @throws {Error} that names the variable that is missing or malformed
 */
export async function openDatabase(
  secrets: SecretReader,
  options?: { statementTimeoutMs: number },
): Promise<Database> {
  const config = await readDatabaseConfig();
  return createDatabase(() => readConnectionSettings(config, secrets), options);
}
