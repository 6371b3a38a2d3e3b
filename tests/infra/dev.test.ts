import path from "node:path";
import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { functionsOf, statementsOf } from "./policies.ts";

const deployment = await deployStage("alice", { dev: true });
const functions = functionsOf(deployment, "alice");

test("`sst dev` creates no database and no VPC, and uses the local database", () => {
  const types = deployment.resources.map(({ type }) => type);

  expect(types.filter((type) => /^aws:(ec2|rds)\//.test(type))).toEqual([]);
  const lookup = functions.find(({ id }) => id === "token-lookup");
  expect(lookup?.resource.inputs).toMatchObject({
    environment: {
      variables: {
        CONFIGURATION_FILE: path.join(deployment.folder, "configuration.json"),
        DATABASE_URL: "postgres://postgres:postgres@127.0.0.1:5432/grantkeep",
      },
    },
  });
});

test("`sst dev` deploys no migrator: a separate command migrates the local database", () => {
  expect(deployment.ofType("aws:lambda/invocation:Invocation")).toEqual([]);
  expect(functions.map(({ id }) => id)).not.toContain("migrate");
});

test("events are published to the bus of the stage", () => {
  const callback = functions.find(({ id }) => id === "callback");

  expect(callback?.resource.inputs).toMatchObject({
    environment: { variables: { EVENT_BUS_NAME: "grantkeep-alice-events" } },
  });
  expect(callback && statementsOf(callback.role)).toContainEqual({
    Effect: "Allow",
    Action: ["events:PutEvents"],
    Resource: ["arn:aws:events:us-east-1:123456789012:event-bus/grantkeep-alice-events"],
  });
});

test("functions are replaced by the bridge to the developer's machine", () => {
  for (const { id, resource } of functions) {
    expect(resource.inputs, id).toMatchObject({ runtime: "provided.al2023", description: "live" });
  }
});

test("every resource of a policy is an ARN", () => {
  const resources = functions.flatMap(({ role }) =>
    statementsOf(role).flatMap(({ Resource }) => Resource),
  );

  // SST's bridge has permissions on all of AppSync.
  expect(resources.filter((resource) => !/^arn:|^\*$/.test(resource))).toEqual([]);
});

test("`sst dev` creates neither alarms nor a dashboard", () => {
  expect(deployment.resources.filter(({ type }) => type.startsWith("aws:cloudwatch/m"))).toEqual(
    [],
  );
  expect(deployment.ofType("aws:cloudwatch/dashboard:Dashboard")).toEqual([]);
});
