import * as v from "valibot";
import { expect, test } from "vitest";
import { functionTable } from "../../infra/function-table.ts";
import { requirementsOf, type Surrounding } from "../../infra/requirements.ts";
import { deployStage } from "./deployment.ts";
import { functionsOf, statementsOf } from "./policies.ts";

const DATABASE_URL =
  "arn:aws:secretsmanager:us-east-1:123456789012:secret:bots/database-url-AbCdEf";

const deployment = await deployStage("staging", {
  environment: { DATABASE_URL_SECRET_ARN: DATABASE_URL },
});
const functions = functionsOf(deployment, "staging");

const Inputs = v.object({
  environment: v.object({ variables: v.record(v.string(), v.string()) }),
});

/** The variables of SST itself. */
const OF_SST = /^SST_/;

test.each(functionTable)(
  "$name is deployed with the variables and the permissions of docs/cdk-and-terraform.md",
  ({ name, access }) => {
    const found = functions.find(({ id }) => id === name);
    if (!found) throw new Error(`${name} is not deployed.`);
    const { variables } = v.parse(Inputs, found.resource.inputs).environment;
    const deployed = statementsOf(found.role).flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((arn) => [action, toSurrounding(arn)])),
    );
    // The queue for events that failed belongs to the rule that invokes a function.
    const permitted = deployed.filter(([action]) => action !== "sqs:SendMessage");

    const { variables: needed, permissions } = requirementsOf(access);
    const optional = ({ resource }: { resource: Surrounding }) =>
      resource === "function of slack.interactions";
    expect(
      Object.keys(variables)
        .filter((key) => !OF_SST.test(key))
        .sort(),
    ).toEqual(Object.keys(needed).sort());
    // The configuration of this repository names no function for interactions.
    expect(permitted.sort()).toEqual(
      permissions
        .filter((permission) => !optional(permission))
        .map(({ action, resource }) => [action, resource])
        .sort(),
    );
  },
);

function toSurrounding(arn: string): Surrounding | string {
  if (arn === DATABASE_URL) return "secret with the database URL";
  const [, secret] = /:secret:grantkeep\/staging\/(.+)-AbCdEf$/.exec(arn) ?? [];
  if (secret) return `secret ${secret}`;
  if (arn.includes(":event-bus/")) return "event bus";
  return arn.startsWith("arn:aws:s3:::") ? "delivery bucket" : arn;
}
