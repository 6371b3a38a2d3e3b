import { migrate, readMigrations } from "../core/postgres/migrate.ts";
import { readStatements, rehearse } from "../core/postgres/rehearsal.ts";
import { readDatabaseConfig } from "./environment/config.ts";
import { readConnectionSettings } from "./environment/database-settings.ts";
import { log } from "./environment/log.ts";
import { createSecretReader } from "./environment/secrets.ts";
import type { MigrateResponse } from "./invoke/responses.ts";

/** Relative to the working directory, which is the bundle's folder on Lambda and the checkout elsewhere. */
const FOLDER = "migrations";

/**
 * Invoked as `migrate` by a deploy, before it updates the functions: applies the new migrations, and then runs
 * every statement of the functions once, without an effect.
 */
export async function handler(): Promise<MigrateResponse> {
  const settings = await readConnectionSettings(await readDatabaseConfig(), createSecretReader());
  const applied = await migrate(settings, await readMigrations(FOLDER));
  const statements = await readStatements(FOLDER);
  await rehearse(settings, statements);
  log("migrated", { applied, rehearsed: statements.length });
  return { applied };
}
