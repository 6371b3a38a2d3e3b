import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";

const deployment = await deployStage("staging");

test("a database that pauses is not kept awake by a schedule", () => {
  const rates = deployment
    .ofType("aws:scheduler/schedule:Schedule")
    .map(({ inputs }) => inputs.scheduleExpression);

  expect(deployment.one("aws:rds/cluster:Cluster").inputs).toMatchObject({
    serverlessv2ScalingConfiguration: { minCapacity: 0 },
  });
  expect(rates).toEqual(["rate(1 hour)", "rate(1 hour)"]);
});
