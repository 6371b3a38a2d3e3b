import { Command } from "@commander-js/extra-typings";
import * as v from "valibot";
import { MigrateResponse } from "../functions/invoke/responses.ts";
import { JOB } from "../infra/runtime.ts";
import { createLambdaContext } from "../local/aws/lambda-context.ts";
import { dropAwsVariables } from "../local/aws/variables.ts";
import { APP_FOLDER } from "../local/folders.ts";
import { loadHandler } from "../local/handlers.ts";
import { jsonOption, stageOption } from "./command.ts";
import { print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { callFunction } from "./target/target.ts";

/** Each of these names a database. */
const VARIABLES = ["DATABASE_URL", "DATABASE_URL_SECRET_ARN", "DB_HOST"];

/** Creates the command that applies missing migrations. */
export function createMigrateCommand() {
  return new Command("migrate")
    .summary("Apply missing migrations to a database")
    .description(
      "Apply the migrations that the database of DATABASE_URL or of a stage lacks. A deploy and " +
        "grantkeep dev do this themselves. Run it for sst dev, or after you restored an older backup.",
    )
    .addOption(stageOption("Migrate the database of a deployed stage."))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ DATABASE_URL=postgres://127.0.0.1:5432/grantkeep npx grantkeep migrate
  $ npx grantkeep migrate --stage production`,
    )
    .action(async ({ stage, json }) => {
      const { applied, rehearsed } =
        stage === undefined ? await migrateHere() : await migrateStage(stage);
      if (json) printJson({ applied, rehearsed });
      else if (applied.length === 0) print("The schema is up to date.");
      else for (const name of applied) print(`Applied ${name}`);
    });
}

async function migrateStage(stage: string): Promise<MigrateResponse> {
  const { invoke } = await openTarget(stage);
  return callFunction(invoke, "migrate", { rehearse: true }, MigrateResponse);
}

async function migrateHere(): Promise<MigrateResponse> {
  if (!VARIABLES.some((name) => process.env[name])) {
    throw new Error("Set DATABASE_URL, or use --stage.");
  }
  // Without a URL, the password of the database is in a secret of the developer's account.
  if (process.env.DATABASE_URL) dropAwsVariables();
  // The function reads `migrations/` in the working directory, and its log lines are for CloudWatch.
  process.chdir(APP_FOLDER);
  process.env.POWERTOOLS_LOG_LEVEL ??= "SILENT";
  const migrate = await loadHandler("functions/migrate.handler");
  const context = createLambdaContext("migrate", JOB.timeoutSeconds * 1000);
  return v.parse(MigrateResponse, await migrate({ rehearse: true }, context));
}
