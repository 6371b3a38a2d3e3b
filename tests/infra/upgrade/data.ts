import type { Deployment } from "../deployment.ts";

/** The types of resources that hold data or have a name that others use, and the inputs whose change replaces one. */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/cluster:Cluster": [
    "clusterIdentifier",
    "databaseName",
    "masterUsername",
    "engine",
    "engineMode",
    "storageEncrypted",
    "kmsKeyId",
    "dbSubnetGroupName",
  ],
  "aws:rds/clusterInstance:ClusterInstance": ["identifier", "engine", "clusterIdentifier"],
  "aws:rds/subnetGroup:SubnetGroup": ["name"],
  "aws:dsql/cluster:Cluster": ["kmsEncryptionKey"],
  "aws:backup/vault:Vault": ["name", "kmsKeyArn"],
  "aws:secretsmanager/secret:Secret": ["name"],
  "aws:s3/bucket:Bucket": ["bucket"],
  "aws:cloudwatch/eventBus:EventBus": ["name"],
  "aws:cloudwatch/eventArchive:EventArchive": ["name", "eventSourceArn"],
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:sqs/queue:Queue": ["name", "fifoQueue"],
  "aws:apigatewayv2/api:Api": ["protocolType"],
  "aws:lambda/alias:Alias": ["name", "functionName"],
  "aws:iam/policy:Policy": ["name"],
};

/** SST ends these names in random letters, and ignores their changes. */
const NAMED_BY_SST =
  /^(\w+-production-(Grants)?(Deliveries|Database)\w+|\/aws\/vendedlogs\/.+)-[a-z]{8}$/i;

/** Returns those resources by their URNs. A resource that is missing, or has other inputs, is replaced. */
export function dataOf({ resources }: Deployment): Record<string, Record<string, unknown>> {
  const kept = resources.flatMap(({ type, urn, inputs }) => {
    const names = REPLACING[type];
    return names ? [[urn, pick(inputs, names)] as const] : [];
  });
  return Object.fromEntries(kept.sort(([a], [b]) => a.localeCompare(b)));
}

function pick(inputs: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const isKept = (value: unknown) => value !== undefined && !NAMED_BY_SST.test(String(value));
  return Object.fromEntries(
    names.map((name) => [name, inputs[name]] as const).filter(([, value]) => isKept(value)),
  );
}
