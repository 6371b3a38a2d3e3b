import { createDatabase, type Database } from "../../core/postgres/client.ts";
import { readDatabaseConfig } from "../environment/config.ts";
import { readConnectionSettings } from "../environment/database-settings.ts";
import type { SecretReader } from "../environment/secrets.ts";

/**
 * Opens the database that the environment names. A wrong variable fails at once; a secret that cannot be
 * read fails the statements that need it, and is tried again by the next one.
 */
export async function openDatabase(secrets: SecretReader): Promise<Database> {
  await readDatabaseConfig();
  let opened: Promise<Database> | undefined;

  function open(): Promise<Database> {
    opened ??= readConnectionSettings(secrets)
      .then(createDatabase)
      .catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
    return opened;
  }

  return {
    async run(work, options) {
      return (await open()).run(work, options);
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
