import { isProduction, logicalName } from "../stage.ts";

/**
 * Creates private subnets for the database and the functions that connect to it. Those functions also call
 * the platforms and Secrets Manager, through NAT. A NAT instance is cheaper, and enough outside production.
 */
export function createNetwork(): sst.aws.Vpc {
  return new sst.aws.Vpc(logicalName("Network"), {
    az: 2,
    nat: isProduction() ? "managed" : "ec2",
  });
}
