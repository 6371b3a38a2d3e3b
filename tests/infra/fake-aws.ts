import type * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";

const REGION = "us-east-1";
const ACCOUNT = "123456789012";
const CLUSTER = "abcdefghijklmnopqrstuvwxyz";

const Named = v.object({
  name: v.optional(v.string()),
  functionName: v.optional(v.string()),
  eventBusName: v.optional(v.string()),
  bucket: v.optional(v.string()),
});

const Statements = v.object({
  statements: v.optional(
    v.array(
      v.object({
        effect: v.optional(v.string(), "Allow"),
        actions: v.optional(v.array(v.string())),
        resources: v.optional(v.array(v.string())),
        principals: v.optional(v.unknown()),
        conditions: v.optional(v.unknown()),
      }),
    ),
    [],
  ),
});

/** Returns the outputs of a new resource that other resources depend on. */
export function createResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs) {
  const named = v.parse(Named, inputs);
  const { name: physicalName = name, functionName = "", eventBusName = "", bucket = "" } = named;
  const state = {
    ...inputs,
    name: physicalName,
    ...outputsOf(type, { name: physicalName, functionName, eventBusName, bucket }),
  };
  return { id: `${name}-id`, state };
}

/** Returns the result of a data source that a component reads during the deploy. */
export function answerCall({ token, inputs }: pulumi.runtime.MockCallArgs) {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { region: REGION, name: REGION, id: REGION };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", id: "aws" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["us-east-1a", "us-east-1b"], zoneIds: ["use1-az1", "use1-az2"] };
    case "aws:ec2/getAmi:getAmi":
      return { id: "ami-1", imageId: "ami-1" };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return toPolicyDocument(inputs);
    default:
      return inputs;
  }
}

function outputsOf(
  type: string,
  { name, functionName, eventBusName, bucket }: Required<v.InferOutput<typeof Named>>,
): Record<string, unknown> {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
  switch (type) {
    case "aws:lambda/function:Function": {
      const functionArn = arn("lambda", `function:${name}`);
      return { arn: functionArn, qualifiedArn: `${functionArn}:7`, version: "7" };
    }
    case "aws:lambda/alias:Alias":
      return { arn: arn("lambda", `function:${functionName}:${name}`) };
    case "aws:lambda/invocation:Invocation":
      return { result: "{}" };
    case "aws:cloudwatch/eventBus:EventBus":
      return { arn: arn("events", `event-bus/${name}`) };
    case "aws:cloudwatch/eventRule:EventRule":
      return { arn: arn("events", `rule/${eventBusName}/${name}`) };
    case "aws:sqs/queue:Queue":
      return {
        arn: arn("sqs", name),
        url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
      };
    case "aws:s3/bucket:Bucket":
      return { arn: `arn:aws:s3:::${bucket}` };
    case "aws:secretsmanager/secret:Secret":
      return { arn: arn("secretsmanager", `secret:${name}-AbCdEf`) };
    case "aws:apigatewayv2/api:Api":
      return {
        apiEndpoint: `https://api1.execute-api.${REGION}.amazonaws.com`,
        executionArn: arn("execute-api", "api1"),
      };
    case "aws:rds/cluster:Cluster":
      return {
        arn: arn("rds", `cluster:${name}`),
        endpoint: "database.example.com",
        port: 5432,
        clusterIdentifier: "database-1",
        clusterResourceId: "cluster-AB12",
        masterUserSecrets: [{ secretArn: arn("secretsmanager", "secret:rds!cluster-1-AbCdEf") }],
      };
    case "aws:dsql/cluster:Cluster":
      return { arn: arn("dsql", `cluster/${CLUSTER}`), identifier: CLUSTER };
    default:
      return { arn: arn(type.split("/")[0]?.replace("aws:", "") ?? "", name) };
  }
}

// SST puts the JSON of this data source into the inline policy of a role.
function toPolicyDocument(inputs: unknown) {
  const { statements } = v.parse(Statements, inputs);
  const document = {
    Version: "2012-10-17",
    Statement: statements.map(({ effect, actions, resources, principals, conditions }) => ({
      Effect: effect,
      Action: actions,
      Resource: resources,
      Principal: principals,
      Condition: conditions,
    })),
  };
  return { ...(statements.length && { statements }), json: JSON.stringify(document) };
}
