import * as v from "valibot";

/** With the random characters at its end: without them, a policy would match other secrets too. */
const SecretArn = v.pipe(
  v.string(),
  v.regex(
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/,
    "must be the ARN of a secret in Secrets Manager.",
  ),
);

/** Another PostgreSQL, whose URLs are in secrets. */
const DatabaseUrls = v.strictObject({
  urlSecretArn: SecretArn,
  /** For a user who may not read encrypted columns. Default: `urlSecretArn`. */
  readerUrlSecretArn: v.optional(SecretArn),
  /** For a user who may change the schema. Default: `urlSecretArn`. */
  migratorUrlSecretArn: v.optional(SecretArn),
});

/** The database of a deploy. Local mode has one of its own. */
export const DatabaseChoice = v.union(
  [v.picklist(["dsql", "aurora"]), DatabaseUrls],
  'must be "dsql", "aurora" or { urlSecretArn }.',
);
export type DatabaseChoice = v.InferOutput<typeof DatabaseChoice>;
