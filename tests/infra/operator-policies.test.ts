import * as v from "valibot";
import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { parsePolicy } from "./policies.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:grantkeep-production-";
const API = "arn:aws:execute-api:us-east-1:123456789012:api1/$default/";

const deployment = await deployStage("production");

function policyOf(name: string) {
  const { inputs } = deployment.one("aws:iam/policy:Policy", name);
  return { name: inputs.name, statements: parsePolicy(inputs.policy) };
}

const READ = [
  "GET/install-links",
  "HEAD/install-links",
  "GET/install-links/*",
  "HEAD/install-links/*",
  "GET/installations",
  "HEAD/installations",
  "GET/installations/*",
  "HEAD/installations/*",
];

test("the policy operator-read allows to read, and to find the public URL", () => {
  const { name, statements } = policyOf("operator-read");

  expect(name).toBe("grantkeep-production-operator-read");
  expect(statements).toMatchObject([
    { Action: ["execute-api:Invoke"] },
    {
      Action: ["lambda:GetFunctionConfiguration"],
      Resource: [`${FUNCTION}install-links-create`],
    },
  ]);
  expect(statements[0]?.Resource.toSorted()).toEqual(READ.map((route) => API + route).sort());
});

test("the policy operator allows all routes that require IAM, and the functions that return no token", () => {
  const { name, statements } = policyOf("operator");
  const [routes, , invoked] = statements;

  expect(name).toBe("grantkeep-production-operator");
  const changes = [
    "POST/install-links",
    "DELETE/install-links/*",
    "POST/installations",
    "PATCH/installations/*",
    "DELETE/installations/*",
  ];
  expect(routes?.Resource.toSorted()).toEqual(
    [...READ, ...changes].map((route) => API + route).sort(),
  );
  expect(invoked).toMatchObject({
    Action: ["lambda:InvokeFunction"],
    Resource: ["health-check", "rotate-keys", "sweep", "tick"].map((id) => FUNCTION + id),
  });
});

test("the policies are among the outputs of the deploy, with the id of the API", () => {
  const Arn = v.pipe(v.string(), v.startsWith("arn:aws:"));
  const Outputs = v.object({
    apiId: v.literal("ApiApi-id"),
    policies: v.strictObject({ operatorRead: Arn, operator: Arn }),
  });

  expect(v.safeParse(Outputs, deployment.outputs).issues).toBeUndefined();
});
