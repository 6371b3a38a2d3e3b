import { RETENTION_DAYS } from "./retention.ts";
import { isProduction, logicalName, nameOf, namePrefix } from "./stage.ts";

/** As long as the archive of the event bus keeps the events that name an object. */
const RETENTION = `${RETENTION_DAYS.deliveries} days` as const;

/** The bucket for bodies of deliveries that are too long for the event bus. */
export interface DeliveryBucket {
  readonly name: $util.Output<string>;
  /** The ARN that a policy names for all objects. */
  readonly objects: $util.Output<string>;
  /** The ARN of the policy that the roles of bots attach to read objects. */
  readonly readPolicy: $util.Output<string>;
}

/** Creates the bucket: private, encrypted, reachable by TLS only, and without an object older than seven days. */
export function createDeliveryBucket(): DeliveryBucket {
  const bucket = new sst.aws.Bucket(logicalName("Deliveries"), {
    cors: false,
    enforceHttps: true,
    lifecycle: [{ id: "expire", expiresIn: RETENTION }],
    transform: { bucket: { forceDestroy: !isProduction() } },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(logicalName("DeliveriesEncryption"), {
    bucket: bucket.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  const objects = $interpolate`${bucket.arn}/*`;
  const policy = new aws.iam.Policy(logicalName("deliveries-read"), {
    name: nameOf("deliveries-read"),
    description: `Lets a role read the bodies of large deliveries to ${namePrefix()}-${$app.stage}.`,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [{ effect: "Allow", actions: ["s3:GetObject"], resources: [objects] }],
    }).json,
  });
  return { name: bucket.name, objects, readPolicy: policy.arn };
}
