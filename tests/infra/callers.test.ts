import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { parsePolicy, statementsOf } from "./policies.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:grantkeep-production-";

const deployment = await deployStage("production");

function policyOf(name: string) {
  const { inputs } = deployment.one("aws:iam/policy:Policy", name);
  return { name: inputs.name, statements: parsePolicy(inputs.policy) };
}

const policies = deployment
  .ofType("aws:iam/policy:Policy")
  .flatMap(({ name, inputs }) =>
    parsePolicy(inputs.policy).map((statement) => ({ name, ...statement })),
  );

describe("a caller of the configuration", () => {
  test("has an alias of token-lookup, on the version that live has", () => {
    expect(deployment.one("aws:lambda/alias:Alias", "token-lookup-caller-reviewer").inputs).toEqual(
      {
        name: "reviewer",
        functionName: "grantkeep-production-token-lookup",
        functionVersion: "7",
      },
    );
  });

  test("has a policy that names its alias alone", () => {
    expect(policyOf("token-lookup-caller-reviewer")).toEqual({
      name: "grantkeep-production-token-lookup-caller-reviewer",
      statements: [
        {
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: [`${FUNCTION}token-lookup:reviewer`],
        },
      ],
    });
  });

  test("may be invoked by no other policy, by no role of a function, and by no account", () => {
    const roles = deployment
      .ofType("aws:iam/role:Role")
      .flatMap((role) =>
        statementsOf(role).map((statement) => ({ name: role.name, ...statement })),
      );
    const reaching = [...policies, ...roles].filter(
      ({ Action, Resource }) =>
        Action.some((action) => /^(\*|lambda:(\*|Invoke))/.test(action)) &&
        Resource.some((arn) => /:reviewer$|\*/.test(arn)),
    );
    const permissions = deployment.ofType("aws:lambda/permission:Permission");

    expect(reaching.map(({ name }) => name)).toEqual(["token-lookup-caller-reviewer"]);
    expect(permissions.filter(({ inputs }) => inputs.qualifier === "reviewer")).toEqual([]);
  });

  test("is among the outputs of the deploy", () => {
    const Arn = v.pipe(v.string(), v.startsWith("arn:aws:"));
    const Outputs = v.object({
      callers: v.strictObject({ reviewer: v.strictObject({ alias: Arn, policy: Arn }) }),
    });

    expect(v.safeParse(Outputs, deployment.outputs).issues).toBeUndefined();
  });
});
