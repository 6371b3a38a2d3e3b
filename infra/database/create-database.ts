import type { DatabaseChoice } from "../../core/configuration/database.ts";
import type { Settings } from "../settings.ts";
import { createAurora } from "./aurora.ts";
import type { Database, Vpc } from "./database.ts";
import { createDsql } from "./dsql.ts";
import { useLocalDatabase, useUrls } from "./url.ts";

/**
 * Returns the database of the stage: a local one in `sst dev`, otherwise that of `DATABASE_URL_SECRET_ARN` or of
 * the configuration. Functions that connect to it run in `vpc`, if the app has one.
 *
 * @throws {Error} when neither names one
 */
export function createDatabase(
  settings: Settings,
  configured: DatabaseChoice | undefined,
  vpc?: Vpc,
): Database {
  if ($dev) return useLocalDatabase();
  const { databaseUrlSecretArn: urlSecretArn, databaseOptions } = settings;
  const choice = urlSecretArn ? { urlSecretArn } : configured;
  if (choice === "aurora") return createAurora(databaseOptions, vpc);
  if (choice === "dsql") return { ...createDsql(), vpc };
  if (choice) return { ...useUrls(choice, databaseOptions), vpc };
  throw new Error(
    'database is missing. Set it to "dsql", "aurora" or { urlSecretArn } in grantkeep.config.ts.',
  );
}
