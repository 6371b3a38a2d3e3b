import * as v from "valibot";
import { expect, test } from "vitest";
import { refusedInvocation } from "../../cli/target/refusal.ts";
import { INVOKE_CONTRACT, type InvokedFunction } from "../../functions/invoke/contract.ts";
import { deployStage } from "./deployment.ts";
import { parsePolicy } from "./policies.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:grantkeep-production-";
const API = "arn:aws:execute-api:us-east-1:123456789012:api1/$default/";

const deployment = await deployStage("production");

function policyOf(name: string) {
  const { inputs } = deployment.one("aws:iam/policy:Policy", name);
  return { name: inputs.name, statements: parsePolicy(inputs.policy) };
}

const RouteInputs = v.object({ routeKey: v.string(), authorizationType: v.string() });

/** The deployed routes that require IAM, as a policy names them. */
const ROUTES = deployment
  .ofType("aws:apigatewayv2/route:Route")
  .map(({ inputs }) => v.parse(RouteInputs, inputs))
  .filter(({ authorizationType }) => authorizationType === "AWS_IAM")
  .map(({ routeKey }) => API + routeKey.replace(" ", "").replace(/\{\w+\}/g, "*"))
  .sort();
const READ = ROUTES.filter((route) => /\$default\/(GET|HEAD)\//.test(route));

const LOGS = [
  {
    Action: ["logs:StartQuery"],
    Resource: ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/grantkeep-production-*"],
  },
  { Action: ["logs:DescribeLogGroups", "logs:GetQueryResults"], Resource: ["*"] },
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
    ...LOGS,
  ]);
  expect(statements[0]?.Resource.toSorted()).toEqual(READ);
  expect(READ).toContain(`${API}GET/installations/*`);
});

test("the policy operator allows all routes that require IAM, and the functions that return no token", () => {
  const { name, statements } = policyOf("operator");
  const [routes] = statements;
  const invoked = statements.find(({ Action }) => Action.includes("lambda:InvokeFunction"));

  expect(name).toBe("grantkeep-production-operator");
  expect(routes?.Resource.toSorted()).toEqual(ROUTES);
  expect(ROUTES).toContain(`${API}DELETE/installations/*`);
  expect(invoked).toMatchObject({
    Action: ["lambda:InvokeFunction"],
    Resource: ["health-check", "check", "rotate-keys", "sweep", "tick"].map((id) => FUNCTION + id),
  });
});

test("the policy operator allows to read what a check of the stage reads, and nothing more", () => {
  const { statements } = policyOf("operator");
  const invokes = statements.findIndex(({ Action }) => Action.includes("lambda:InvokeFunction"));
  const checked = statements.slice(invokes + 1);
  const at = (service: string) => `arn:aws:${service}:us-east-1:123456789012:`;

  expect(checked.map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([
    { Action: ["lambda:GetFunctionConfiguration"], Resource: [`${FUNCTION}sweep`] },
    {
      Action: ["sns:ListSubscriptionsByTopic"],
      Resource: [`${at("sns")}grantkeep-production-alarms`],
    },
    {
      Action: ["events:DescribeEventBus"],
      Resource: [`${at("events")}event-bus/grantkeep-production-events`],
    },
    {
      Action: ["events:DescribeRule"],
      Resource: [`${at("events")}rule/grantkeep-production-events/grantkeep-production-reconcile`],
    },
    {
      Action: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      Resource: [`${at("sqs")}grantkeep-production-reconcile-dead-letters`],
    },
  ]);
});

test("the policies are among the outputs of the deploy, with the id of the API", () => {
  const Arn = v.pipe(v.string(), v.startsWith("arn:aws:"));
  const Outputs = v.object({
    apiId: v.literal("ApiApi-id"),
    policies: v.strictObject({ operatorRead: Arn, operator: Arn }),
  });

  expect(v.safeParse(Outputs, deployment.outputs).issues).toBeUndefined();
});

const FUNCTIONS = v.parse(
  v.array(v.custom<InvokedFunction>((name) => String(name) in INVOKE_CONTRACT)),
  Object.keys(INVOKE_CONTRACT),
);

test.each(FUNCTIONS)(
  "the command names the policy that allows to invoke %s, or that there is none",
  (name) => {
    const { message } = refusedInvocation(name, (id) => `grantkeep-production-${id}`);
    const [, named] = /need the policy (\S+)\.$/.exec(message) ?? [];
    const allowing = deployment
      .ofType("aws:iam/policy:Policy")
      .filter(({ inputs }) =>
        parsePolicy(inputs.policy).some(
          ({ Action, Resource }) =>
            Action.includes("lambda:InvokeFunction") && Resource.includes(FUNCTION + name),
        ),
      );

    expect(allowing.map(({ inputs }) => inputs.name)).toEqual(named === undefined ? [] : [named]);
  },
);
