import { createNetwork } from "./network.ts";
import type { Settings } from "./settings.ts";
import { isProduction } from "./stage.ts";

const ENGINE_VERSION = "17.5";
const NAME = "grantkeep";
const LOCAL_URL = `postgres://postgres:postgres@127.0.0.1:5432/${NAME}`;

/** Amazon's authorities, RDS's among them, where Lambda keeps them: Node does not trust them by itself. */
const AMAZON_CA = "/var/runtime/ca-cert.pem";

/** How functions reach PostgreSQL. */
export interface Database {
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  /** The secret that holds how to log in: one, or none in `sst dev`. */
  readonly secretArns: readonly $util.Output<string>[];
  /** Only when the database is in it. */
  readonly vpc: sst.aws.Vpc | undefined;
  readonly cluster: aws.rds.Cluster | undefined;
  /** What must be there before anything can connect. */
  readonly dependsOn: readonly $util.Resource[];
}

/** The one place to change for another PostgreSQL: Aurora here, one with a URL, or a local one. */
export function createDatabase(settings: Settings): Database {
  if ($dev) return useLocalDatabase();
  const { databaseUrlSecretArn, databaseOptions } = settings;
  return databaseUrlSecretArn
    ? useDatabaseUrl(databaseUrlSecretArn, databaseOptions)
    : createAurora(databaseOptions);
}

function useLocalDatabase(): Database {
  return {
    environment: { DATABASE_URL: process.env.DATABASE_URL ?? LOCAL_URL },
    secretArns: [],
    vpc: undefined,
    cluster: undefined,
    dependsOn: [],
  };
}

function useDatabaseUrl(secretArn: string, options: Settings["databaseOptions"]): Database {
  return {
    environment: { ...options, DATABASE_URL_SECRET_ARN: secretArn },
    secretArns: [$output(secretArn)],
    vpc: undefined,
    cluster: undefined,
    dependsOn: [],
  };
}

function createAurora(options: Settings["databaseOptions"]): Database {
  const vpc = createNetwork();
  const production = isProduction();
  const subnets = new aws.rds.SubnetGroup("DatabaseSubnets", { subnetIds: vpc.privateSubnets });
  const cluster = new aws.rds.Cluster(
    "Database",
    {
      engine: "aurora-postgresql",
      engineMode: "provisioned",
      engineVersion: ENGINE_VERSION,
      databaseName: NAME,
      masterUsername: NAME,
      // RDS makes the password, keeps it in Secrets Manager and rotates it: it is never in SST's state.
      manageMasterUserPassword: true,
      // Zero pauses, and takes 15 s to wake up: longer than a request has.
      serverlessv2ScalingConfiguration: production
        ? { minCapacity: 0.5, maxCapacity: 8 }
        : { minCapacity: 0, maxCapacity: 2 },
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: vpc.securityGroups,
      storageEncrypted: true,
      copyTagsToSnapshot: true,
      backupRetentionPeriod: production ? 14 : 1,
      deletionProtection: production,
      skipFinalSnapshot: !production,
      ...(production && { finalSnapshotIdentifier: `${$app.name}-${$app.stage}-final` }),
    },
    { protect: production, retainOnDelete: production },
  );
  const instance = new aws.rds.ClusterInstance(
    "DatabaseInstance",
    {
      clusterIdentifier: cluster.id,
      instanceClass: "db.serverless",
      engine: "aurora-postgresql",
      engineVersion: cluster.engineVersion,
      dbSubnetGroupName: subnets.name,
      performanceInsightsEnabled: production,
    },
    { protect: production, retainOnDelete: production },
  );
  const secretArn = cluster.masterUserSecrets.apply(([secret]) => {
    if (!secret) throw new Error("RDS made no secret for the database.");
    return secret.secretArn;
  });
  return {
    environment: {
      DATABASE_CA: AMAZON_CA,
      ...options,
      DB_HOST: cluster.endpoint,
      DB_PORT: $interpolate`${cluster.port}`,
      DB_NAME: NAME,
      DB_SECRET_ARN: secretArn,
    },
    secretArns: [secretArn],
    vpc,
    cluster,
    dependsOn: [instance],
  };
}
