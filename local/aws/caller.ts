import type { Caller } from "./sigv4.ts";

/** The caller whose signature local mode accepts, on IAM routes and for direct invokes. */
export const LOCAL_CALLER: Caller = {
  accessKeyId: "local",
  secretAccessKey: "local",
  arn: "arn:aws:iam::000000000000:user/local",
};
