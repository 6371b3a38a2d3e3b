import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as v from "valibot";
import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { functionsOf } from "./policies.ts";

const SECRETS = ["Github", "Jira", "Slack", "StateKeyring", "TokenKeyring"];

const deployment = await deployStage("production");
const functions = functionsOf(deployment, "production");

test("neither a deploy nor `sst remove` deletes the database, and deleting it creates a snapshot", () => {
  expect(deployment.one("aws:rds/cluster:Cluster")).toMatchObject({
    protect: true,
    retainOnDelete: true,
    inputs: {
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "grantkeep-production-final",
      storageEncrypted: true,
      backupRetentionPeriod: 14,
    },
  });
  expect(deployment.one("aws:rds/clusterInstance:ClusterInstance")).toMatchObject({
    protect: true,
    retainOnDelete: true,
  });
});

test("the database never pauses, and RDS manages its password", () => {
  const { inputs } = deployment.one("aws:rds/cluster:Cluster");

  expect(inputs).toMatchObject({
    manageMasterUserPassword: true,
    serverlessv2ScalingConfiguration: { minCapacity: 0.5 },
  });
  expect(inputs).not.toHaveProperty("masterPassword");
});

test.each(SECRETS)("neither a deploy nor `sst remove` deletes the secret %s", (name) => {
  expect(deployment.one("aws:secretsmanager/secret:Secret", `${name}Secret`)).toMatchObject({
    protect: true,
    retainOnDelete: true,
    inputs: { recoveryWindowInDays: 30 },
  });
});

test("each zone of the VPC has a NAT gateway", () => {
  expect(deployment.ofType("aws:ec2/natGateway:NatGateway")).toHaveLength(2);
});

test("the migrations run after the database is created", () => {
  expect(deployment.one("aws:lambda/invocation:Invocation", "Migrated").dependsOn).toEqual(
    expect.arrayContaining(["MigrateFunction"]),
  );
  expect(deployment.one("aws:lambda/function:Function", "MigrateFunction").dependsOn).toEqual(
    expect.arrayContaining(["Database", "DatabaseInstance"]),
  );
});

test("every other function is updated after the migrations", () => {
  const early = functions.filter(({ resource }) => !resource.dependsOn.includes("Migrated"));

  expect(early.map(({ id }) => id)).toEqual(["migrate"]);
});

test("the migrations run again only when the SQL or the database changes", () => {
  const { input } = v.parse(
    v.object({ input: v.string() }),
    deployment.one("aws:lambda/invocation:Invocation", "Migrated").inputs,
  );

  const names = readdirSync("migrations").sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(`migrations/${name}`));
  expect(names.length).toBeGreaterThan(0);
  expect(JSON.parse(input)).toEqual({
    rehearse: true,
    roles: { stage: "production", login: "rds" },
    checksum: hash.digest("hex"),
    database: ["arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-1-AbCdEf"],
  });
});

test("every log group expires its logs after 90 days", () => {
  const groups = deployment.ofType("aws:cloudwatch/logGroup:LogGroup");

  expect(groups).toHaveLength(functions.length + 1);
  for (const { name, inputs } of groups)
    expect(inputs, name).toMatchObject({ retentionInDays: 90 });
});

const Schedule = v.object({
  scheduleExpression: v.string(),
  state: v.literal("ENABLED"),
  target: v.object({
    arn: v.string(),
    retryPolicy: v.object({ maximumRetryAttempts: v.number() }),
  }),
});

test("the sweep runs every hour, and tick every two minutes, without a retry", () => {
  const schedules = deployment
    .ofType("aws:scheduler/schedule:Schedule")
    .map(({ inputs }) => v.parse(Schedule, inputs))
    .map(({ scheduleExpression, target }) => [
      target.arn.replace(/.*:function:/, ""),
      scheduleExpression,
      target.retryPolicy.maximumRetryAttempts,
    ]);

  expect(schedules.sort()).toEqual([
    ["grantkeep-production-sweep", "rate(1 hour)", 2],
    ["grantkeep-production-tick", "rate(2 minutes)", 0],
  ]);
});
