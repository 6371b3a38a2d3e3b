import { roleNamesOf } from "../../core/postgres/roles.ts";
import { RETENTION_DAYS } from "../retention.ts";
import { isProduction, logicalName } from "../stage.ts";
import type { Database } from "./database.ts";

/** The only database of a cluster. */
const NAME = "postgres";
const ADMIN = "admin";

/**
 * Creates an Aurora DSQL cluster, which has a public endpoint that takes IAM tokens alone: no VPC, no NAT, and no
 * password. Backups are full ones, once a day: the sweep keeps the cluster awake at that time.
 *
 * @see [Backups](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/backup-aurora-dsql.html)
 */
export function createDsql(): Database {
  const production = isProduction();
  if (production) {
    $util.log.warn(
      "Aurora DSQL was not yet run on a real cluster. A restore loses up to a day of rotated tokens.",
    );
  }
  const database = new sst.aws.Dsql(
    logicalName("Database"),
    {
      backup: production && {
        schedule: "cron(5 5 ? * * *)",
        retention: `${RETENTION_DAYS.backups.production} days`,
      },
      transform: { cluster: { deletionProtectionEnabled: production } },
    },
    { protect: production, retainOnDelete: production },
  );
  const { cluster } = database.nodes;
  const names = roleNamesOf($app.stage);
  const login = (user: string, action: string) => ({
    environment: { DB_ENGINE: "dsql", DB_HOST: database.endpoint, DB_NAME: NAME, DB_USER: user },
    secretArns: [],
    permissions: [{ actions: [action], resources: [cluster.arn] }],
  });
  return {
    loginOf: (role) =>
      role === "migrator"
        ? login(ADMIN, "dsql:DbConnectAdmin")
        : login(names[role], "dsql:DbConnect"),
    rolesLogin: "dsql",
    vpc: undefined,
    cluster: undefined,
    dsql: database,
    pauses: false,
    dependsOn: [database],
  };
}
