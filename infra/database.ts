import { createNetwork } from "./network.ts";
import type { Settings } from "./settings.ts";
import { isProduction } from "./stage.ts";

const ENGINE_VERSION = "17.5";
const NAME = "grantkeep";
const LOCAL_URL = `postgres://postgres:postgres@127.0.0.1:5432/${NAME}`;

/** The certificate authorities of Amazon RDS, in the Lambda runtime. Node does not trust them by default. */
const AMAZON_CA = "/var/runtime/ca-cert.pem";

/** The environment, permissions and network that functions need to connect to PostgreSQL. */
export interface Database {
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  /** The secret with the credentials. Empty in `sst dev`. */
  readonly secretArns: readonly $util.Output<string>[];
  /** Set only when the database is in a VPC of this stage. */
  readonly vpc: sst.aws.Vpc | undefined;
  readonly cluster: aws.rds.Cluster | undefined;
  /** Whether it pauses while nobody uses it, and costs nothing but storage then. */
  readonly pauses: boolean;
  /** The resources that must exist before a function can connect. */
  readonly dependsOn: readonly $util.Resource[];
}

/** Returns the database of the stage: a local one in `sst dev`, the one of `DATABASE_URL_SECRET_ARN`, or a new Aurora cluster. */
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
    pauses: false,
    dependsOn: [],
  };
}

function useDatabaseUrl(secretArn: string, options: Settings["databaseOptions"]): Database {
  return {
    environment: { ...options, DATABASE_URL_SECRET_ARN: secretArn },
    secretArns: [$output(secretArn)],
    vpc: undefined,
    cluster: undefined,
    pauses: false,
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
      // RDS creates the password in Secrets Manager and rotates it, so it is never in SST's state.
      manageMasterUserPassword: true,
      // At zero the cluster pauses. It resumes in 15 s, which is longer than a request may take.
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
    if (!secret) throw new Error("RDS created no secret for the database.");
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
    pauses: !production,
    dependsOn: [instance],
  };
}
