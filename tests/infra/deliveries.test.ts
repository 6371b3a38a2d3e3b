import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { parsePolicy } from "./policies.ts";

const production = await deployStage("production");
const BUCKET = String(production.one("aws:s3/bucket:Bucket").inputs.bucket);

test("the archive keeps the events of the bus for seven days", () => {
  expect(production.one("aws:cloudwatch/eventArchive:EventArchive").inputs).toMatchObject({
    name: "grantkeep-production-events",
    eventSourceArn: "arn:aws:events:us-east-1:123456789012:event-bus/grantkeep-production-events",
    retentionDays: 7,
  });
});

test("an object of the bucket expires after seven days", () => {
  expect(
    production.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs,
  ).toMatchObject({ rules: [{ status: "Enabled", expiration: { days: 7 } }] });
  // An older version would outlive it.
  expect(production.ofType("aws:s3/bucketVersioning:BucketVersioning")).toEqual([]);
});

test("the bucket is private, encrypted, and reachable by TLS only", () => {
  const { policy } = production.one("aws:s3/bucketPolicy:BucketPolicy").inputs;
  const encryption =
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

  expect(
    production.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs,
  ).toMatchObject({
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(production.one(encryption).inputs).toMatchObject({
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  expect(JSON.parse(String(policy)).Statement).toEqual([
    expect.objectContaining({
      Effect: "Deny",
      Action: ["s3:*"],
      Condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
    }),
  ]);
  expect(production.ofType("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")).toEqual([]);
});

test("the deploy outputs the bucket, and the policy by which a bot's role reads its objects", () => {
  const { inputs } = production.one("aws:iam/policy:Policy", "deliveries-read");

  expect(production.outputs).toMatchObject({
    deliveries: {
      bucket: BUCKET,
      policy: expect.stringContaining("grantkeep-production-deliveries-read"),
    },
  });
  expect(parsePolicy(inputs.policy)).toEqual([
    { Effect: "Allow", Action: ["s3:GetObject"], Resource: [`arn:aws:s3:::${BUCKET}/*`] },
  ]);
});

test("the bucket of production keeps its objects when the stage is removed", () => {
  expect(production.one("aws:s3/bucket:Bucket")).toMatchObject({
    inputs: { forceDestroy: false },
    retainOnDelete: true,
  });
});
