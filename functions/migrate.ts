import { migrate, readMigrations } from "../core/postgres/migrate.ts";
import { readConnectionSettings } from "./environment/database-settings.ts";
import { log } from "./environment/log.ts";
import { createSecretReader } from "./environment/secrets.ts";

/** Beside the bundle on Lambda, and in the checkout: both are the working directory. */
const FOLDER = "migrations";

/** Invoked by a deploy before anything that serves traffic is updated: brings the schema up to date. */
export async function handler(): Promise<{ applied: string[] }> {
  const settings = await readConnectionSettings(createSecretReader());
  const applied = await migrate(settings, await readMigrations(FOLDER));
  log("migrated", { applied });
  return { applied };
}
