import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { functionsOf, statementsOf } from "./policies.ts";

const ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bots/database-url-AbCdEf";

const deployment = await deployStage("staging", {
  environment: { DATABASE_URL_SECRET_ARN: ARN, DATABASE_POOLED: "true" },
});
const functions = functionsOf(deployment, "staging");

test("with DATABASE_URL_SECRET_ARN, the deploy creates no VPC, no NAT and no cluster", () => {
  const types = deployment.resources.map(({ type }) => type);

  expect(types.filter((type) => /^aws:(ec2|rds)\//.test(type))).toEqual([]);
  expect(functions.filter(({ resource }) => "vpcConfig" in resource.inputs)).toEqual([]);
});

test("functions that need the database get the ARN of the secret with its URL, and its settings", () => {
  const lookup = functions.find(({ id }) => id === "token-lookup");

  expect(lookup?.resource.inputs).toMatchObject({
    environment: {
      variables: { DATABASE_URL_SECRET_ARN: ARN, DATABASE_POOLED: "true" },
    },
  });
});

test("other functions may not read that secret", () => {
  const readers = functions.filter(({ role }) =>
    statementsOf(role).some(({ Resource }) => Resource.includes(ARN)),
  );

  const others = functions.filter((candidate) => !readers.includes(candidate));
  expect(others.map(({ id }) => id).sort()).toEqual(["authorize", "github-setup", "health"]);
});

test("a stage other than production reserves no concurrency, and can be removed", () => {
  for (const { id, resource } of functions) {
    expect(resource.inputs, id).not.toHaveProperty("reservedConcurrentExecutions");
  }
  expect(deployment.resources.filter(({ protect }) => protect)).toEqual([]);
});
