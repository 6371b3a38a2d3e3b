import type { Caller } from "./sigv4.ts";

/** Whose signature opens IAM routes and direct invokes in local mode. */
export const LOCAL_CALLER: Caller = {
  accessKeyId: "local",
  secretAccessKey: "local",
  arn: "arn:aws:iam::000000000000:user/local",
};
