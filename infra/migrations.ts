import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { DatabaseRole } from "./function-definition.ts";
import { functionsTriggeredBy, functionTable } from "./function-table.ts";
import { createFunction, type Foundation } from "./functions.ts";
import { logicalName } from "./stage.ts";

const FOLDER = "migrations";

/**
 * Migrates the schema during the deploy, only when the SQL or the database changed. The returned resources
 * are dependencies of all other functions: if the migration fails, no other function is updated.
 */
export function createMigrations(foundation: Foundation): $util.Resource[] {
  if ($dev) return [createLocalMigrations(foundation)];

  return functionsTriggeredBy("deploy").map((definition) => {
    const migrator = createFunction(foundation, definition, {
      copyFiles: [{ from: foundation.code.migrations, to: FOLDER }],
      dependsOn: foundation.database.dependsOn,
    });
    return new aws.lambda.Invocation(
      logicalName("Migrated"),
      {
        functionName: migrator.name,
        input: $jsonStringify({
          rehearse: true,
          roles: rolesOf(foundation),
          checksum: checksumOf(path.join($cli.paths.root, foundation.code.migrations)),
          database: foundation.database.loginOf("migrator").secretArns,
        }),
      },
      { dependsOn: [migrator] },
    );
  });
}

/**
 * Lets the IAM roles of the functions log in to the roles of Aurora DSQL. They exist only after the functions,
 * which cannot connect before this at the first deploy of a stage.
 */
export function grantRoles(foundation: Foundation): void {
  const { database, functions } = foundation;
  if (database.rolesLogin !== "dsql") return;
  const migrator = functions.get("migrate");
  if (!migrator) throw new Error("The function migrate was not created.");
  const connecting = functionTable.filter(({ access }) => access.needsDatabase);
  const arnsOf = (role: DatabaseRole) =>
    connecting
      .filter(({ access }) => (access.databaseRole ?? "writer") === role)
      .flatMap(({ name }) => functions.get(name)?.nodes.role?.arn ?? []);
  new aws.lambda.Invocation(logicalName("Granted"), {
    functionName: migrator.name,
    input: $jsonStringify({
      roles: {
        ...rolesOf(foundation),
        iam_roles: { writer: arnsOf("writer"), reader: arnsOf("reader") },
      },
    }),
  });
}

function rolesOf({ database: { rolesLogin: login } }: Foundation) {
  return login && { stage: $app.stage, login };
}

function createLocalMigrations({ code, database }: Foundation): $util.Resource {
  return new sst.x.DevCommand(logicalName("Migrate"), {
    environment: database.loginOf("migrator").environment,
    dev: { command: code.migrateCommand, title: "Migrations" },
  });
}

function checksumOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) {
    hash.update(`${name}\n`).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest("hex");
}
