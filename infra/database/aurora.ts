import { roleNamesOf } from "../../core/postgres/roles.ts";
import { RETENTION_DAYS } from "../retention.ts";
import type { Settings } from "../settings.ts";
import { isProduction, logicalName, nameOf } from "../stage.ts";
import type { Database, DatabaseLogin, Vpc } from "./database.ts";
import { createNetwork } from "./network.ts";

const ENGINE_VERSION = "17.5";
const NAME = "grantkeep";

/** The certificate authorities of Amazon RDS, in the Lambda runtime. Node does not trust them by default. */
const AMAZON_CA = "/var/runtime/ca-cert.pem";

/** Creates an Aurora cluster in a VPC of the app, or in a new one. Functions log in with IAM, and the migrator with the owner's password. */
export function createAurora(options: Settings["databaseOptions"], existing?: Vpc): Database {
  const vpc = existing ?? createNetwork();
  const production = isProduction();
  const cluster = createCluster(vpc, production);
  const instance = new aws.rds.ClusterInstance(
    logicalName("DatabaseInstance"),
    {
      clusterIdentifier: cluster.id,
      instanceClass: "db.serverless",
      engine: "aurora-postgresql",
      engineVersion: cluster.engineVersion,
      dbSubnetGroupName: cluster.dbSubnetGroupName,
      performanceInsightsEnabled: production,
    },
    { protect: production, retainOnDelete: production },
  );
  const secretArn = cluster.masterUserSecrets.apply(([secret]) => {
    if (!secret) throw new Error("RDS created no secret for the database.");
    return secret.secretArn;
  });
  const names = roleNamesOf($app.stage);
  const environment = {
    DATABASE_CA: AMAZON_CA,
    ...options,
    DB_HOST: cluster.endpoint,
    DB_PORT: $interpolate`${cluster.port}`,
    DB_NAME: NAME,
  };
  const loginWithIam = (user: string): DatabaseLogin => ({
    environment: { ...environment, DB_USER: user },
    secretArns: [],
    permissions: [{ actions: ["rds-db:connect"], resources: [userArn(cluster, user)] }],
  });
  const owner = {
    environment: { ...environment, DB_SECRET_ARN: secretArn },
    secretArns: [secretArn],
    permissions: [],
  };
  return {
    loginOf: (role) => (role === "migrator" ? owner : loginWithIam(names[role])),
    rolesLogin: "rds",
    vpc,
    cluster,
    dsql: undefined,
    pauses: !production,
    dependsOn: [instance],
  };
}

function createCluster(vpc: Vpc, production: boolean): aws.rds.Cluster {
  const subnets = new aws.rds.SubnetGroup(logicalName("DatabaseSubnets"), {
    subnetIds: vpc.privateSubnets,
  });
  return new aws.rds.Cluster(
    logicalName("Database"),
    {
      engine: "aurora-postgresql",
      engineMode: "provisioned",
      engineVersion: ENGINE_VERSION,
      databaseName: NAME,
      masterUsername: NAME,
      // RDS creates the password in Secrets Manager and rotates it, so it is never in SST's state.
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
      // At zero the cluster pauses. It resumes in 15 s, which is longer than a request may take.
      serverlessv2ScalingConfiguration: production
        ? { minCapacity: 0.5, maxCapacity: 8 }
        : { minCapacity: 0, maxCapacity: 2 },
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: vpc.securityGroups,
      storageEncrypted: true,
      copyTagsToSnapshot: true,
      backupRetentionPeriod: RETENTION_DAYS.backups[production ? "production" : "other"],
      deletionProtection: production,
      skipFinalSnapshot: !production,
      ...(production && { finalSnapshotIdentifier: nameOf("final") }),
    },
    { protect: production, retainOnDelete: production },
  );
}

/** @see [Policies for IAM database access](https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html) */
function userArn(cluster: aws.rds.Cluster, user: string): $util.Output<string> {
  return $resolve([cluster.arn, cluster.clusterResourceId]).apply(([arn, resourceId]) => {
    const account = arn.split(":").slice(0, 5).join(":").replace(":rds:", ":rds-db:");
    return `${account}:dbuser:${resourceId}/${user}`;
  });
}
