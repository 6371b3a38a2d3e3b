import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { functionsTriggeredBy } from "./function-table.ts";
import { createFunction, type Foundation } from "./functions.ts";

const FOLDER = "migrations";

/**
 * Migrates the schema during the deploy, only when the SQL or the database changed. The returned resources
 * are dependencies of all other functions: if the migration fails, no other function is updated.
 */
export function createMigrations(foundation: Foundation): $util.Resource[] {
  if ($dev) return [createLocalMigrations(foundation)];

  return functionsTriggeredBy("deploy").map((definition) => {
    const migrator = createFunction(foundation, definition, {
      copyFiles: [{ from: FOLDER, to: FOLDER }],
      dependsOn: foundation.database.dependsOn,
    });
    return new aws.lambda.Invocation(
      "Migrated",
      {
        functionName: migrator.name,
        input: $jsonStringify({
          checksum: checksumOf(path.join($cli.paths.root, FOLDER)),
          database: foundation.database.secretArns,
        }),
      },
      { dependsOn: [migrator] },
    );
  });
}

function createLocalMigrations({ database }: Foundation): $util.Resource {
  return new sst.x.DevCommand("Migrate", {
    environment: database.environment,
    dev: { command: "npm run migrate", title: "Migrations" },
  });
}

function checksumOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) {
    hash.update(`${name}\n`).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest("hex");
}
