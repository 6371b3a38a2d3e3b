import * as v from "valibot";
import { expect, test } from "vitest";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { deployStage } from "./deployment.ts";
import { parsePolicy, statementsOf } from "./policies.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:grantkeep-production-";

const deployment = await deployStage("production", {
  environment: { LOOKUP_ACCOUNTS: "111122223333, 444455556666" },
});

const PermissionInputs = v.object({
  action: v.string(),
  function: v.string(),
  principal: v.string(),
  qualifier: v.optional(v.string()),
});
const permissions = deployment
  .ofType("aws:lambda/permission:Permission")
  .map(({ inputs }) => v.parse(PermissionInputs, inputs));

test("the function has the name and the alias that the deploy outputs to callers", () => {
  expect(
    deployment.one("aws:lambda/function:Function", "TokenLookupFunction").inputs,
  ).toMatchObject({ name: "grantkeep-production-token-lookup", publish: true, timeout: 30 });
  expect(deployment.one("aws:lambda/alias:Alias", "token-lookup-live").inputs).toEqual({
    name: "live",
    functionName: "grantkeep-production-token-lookup",
    functionVersion: "7",
  });
});

test.each(["token-lookup", "webhook-secret"])(
  "the policy of %s lets a caller invoke it, and nothing else",
  (name) => {
    const { inputs } = deployment.one("aws:iam/policy:Policy", `${name}-invoke`);

    expect(inputs.name).toBe(`grantkeep-production-${name}-invoke`);
    expect(parsePolicy(inputs.policy)).toEqual([
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: [`${FUNCTION}${name}`, `${FUNCTION}${name}:live`],
      },
    ]);
  },
);

test("no function has a URL", () => {
  expect(deployment.ofType("aws:lambda/functionUrl:FunctionUrl")).toEqual([]);
});

test("only the accounts in LOOKUP_ACCOUNTS may invoke the alias, and no other account anything", () => {
  const ofAws = ["apigateway.amazonaws.com", "events.amazonaws.com"];
  const others = permissions.filter(({ principal }) => !ofAws.includes(principal));

  const allowed = { action: "lambda:InvokeFunction", qualifier: "live" };
  expect(others).toEqual([
    { ...allowed, function: "grantkeep-production-token-lookup", principal: "111122223333" },
    { ...allowed, function: "grantkeep-production-token-lookup", principal: "444455556666" },
  ]);
});

test("API Gateway may invoke only functions that have a route", () => {
  const routed = permissions
    .filter(({ principal }) => principal === "apigateway.amazonaws.com")
    .map((permission) => permission.function.replace(FUNCTION, ""));

  const direct = [
    "token-lookup",
    "webhook-secret",
    "health-check",
    "check",
    "sweep",
    "tick",
    "import",
    "export",
    "migrate",
  ];
  expect(new Set(routed).size).toBe(functionsTriggeredBy("route").length);
  expect(routed.filter((id) => direct.includes(id))).toEqual([]);
});

test("no policy of the deployment allows importing or exporting", () => {
  const policies = deployment
    .ofType("aws:iam/policy:Policy")
    .flatMap(({ inputs }) => parsePolicy(inputs.policy));
  const roles = deployment.ofType("aws:iam/role:Role").flatMap(statementsOf);

  const named = [...policies, ...roles].flatMap(({ Resource }) => Resource);
  expect(named).toContain(`${FUNCTION}token-lookup`);
  expect(named.filter((arn) => /-(import|export)(:|$)/.test(arn))).toEqual([]);
});
