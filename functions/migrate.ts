import type { Context } from "aws-lambda";
import * as v from "valibot";
import { listPending, migrate, readMigrations } from "../core/postgres/migrate.ts";
import { readStatements, rehearse } from "../core/postgres/rehearsal.ts";
import { createRoles } from "../core/postgres/roles.ts";
import { traced } from "../core/request-trace.ts";
import { readDatabaseConfig } from "./environment/config.ts";
import { readConnectionSettings } from "./environment/database-settings.ts";
import { log } from "./environment/log.ts";
import { MIGRATIONS_FOLDER } from "./environment/migrations-folder.ts";
import { createSecretReader } from "./environment/secrets.ts";
import { MigrateRequest } from "./invoke/requests/migrate.ts";
import type { MigrateResponse } from "./invoke/responses.ts";

/**
 * Invoked as `migrate` by a deploy, before it updates the functions: applies the new migrations. If the
 * request says so, it then runs every statement of the functions once, without an effect, and creates the roles
 * that functions log in to. With `dry_run`, it only lists the migrations that are missing.
 */
export async function handler(event: unknown, context: Context): Promise<MigrateResponse> {
  return traced({ requestId: context.awsRequestId }, () => run(event));
}

async function run(event: unknown): Promise<MigrateResponse> {
  const request = v.parse(MigrateRequest, event ?? {});
  const settings = await readConnectionSettings(await readDatabaseConfig(), createSecretReader());
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  if (request.dry_run) {
    return { applied: [], pending: await listPending(settings, migrations), rehearsed: 0 };
  }
  const applied = await migrate(settings, migrations);
  const statements = request.rehearse ? await readStatements(MIGRATIONS_FOLDER) : [];
  await rehearse(settings, statements);
  if (request.roles) {
    const { stage, login, iam_roles: iamRoles } = request.roles;
    await createRoles(settings, { stage, login, iamRoles });
  }
  const response = { applied, rehearsed: statements.length };
  log("migrated", response);
  return response;
}
