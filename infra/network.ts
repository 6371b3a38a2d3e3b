import { isProduction } from "./stage.ts";

/**
 * Private subnets for the database and what talks to it, with a way out: the same functions call the
 * platforms and Secrets Manager. A NAT instance does for a stage that nobody depends on.
 */
export function createNetwork(): sst.aws.Vpc {
  return new sst.aws.Vpc("Network", { az: 2, nat: isProduction() ? "managed" : "ec2" });
}
