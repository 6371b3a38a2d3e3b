import type { FunctionName } from "./function-table.ts";
import { functionsTriggeredBy } from "./function-table.ts";
import type { Foundation } from "./functions.ts";
import { methodsOf } from "./route-methods.ts";
import { rulesOf } from "./rule-arns.ts";
import { deadLettersOf, logicalName, nameOf } from "./stage.ts";

/** The function in whose environment the command finds the public URL. */
const WITH_PUBLIC_URL: FunctionName = "install-links-create";

/** The function in whose environment it finds the event bus. */
const WITH_EVENT_BUS: FunctionName = "sweep";

/**
 * The functions that the command invokes, and the schedules that an operator may start by hand. The functions that return
 * tokens are not among them: `token-lookup` and `webhook-secret` have policies of their own, `import` and `export` none.
 */
const OPERATED: readonly FunctionName[] = ["health-check", "check", "rotate-keys", "sweep", "tick"];

/** The ARNs of the policies that operators attach. */
export interface OperatorPolicies {
  readonly operatorRead: $util.Output<string>;
  readonly operator: $util.Output<string>;
}

/**
 * Creates the policies for operators: one that reads, and one that also changes. Neither can be used to get a token of an
 * installation.
 *
 * @see [HTTP APIs and IAM](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html)
 */
export function createOperatorPolicies(
  { functions, eventBus }: Foundation,
  api: sst.aws.ApiGatewayV2,
): OperatorPolicies {
  const arnOf = (name: FunctionName) => {
    const created = functions.get(name);
    if (!created) throw new Error(`The function ${name} was not created.`);
    return created.arn;
  };
  const readUrl = {
    effect: "Allow",
    actions: ["lambda:GetFunctionConfiguration"],
    resources: [arnOf(WITH_PUBLIC_URL)],
  };
  const invokeRoutes = (methods: readonly string[]) => ({
    effect: "Allow",
    actions: ["execute-api:Invoke"],
    resources: routesOf(methods).map(
      (route) => $interpolate`${api.nodes.api.executionArn}/$default/${route}`,
    ),
  });
  const readLogs = toReadLogs(arnOf(WITH_PUBLIC_URL));
  const read = createPolicy("operator-read", "Lets a role read installations, links and logs.", [
    invokeRoutes(["GET", "HEAD"]),
    readUrl,
    ...readLogs,
  ]);
  const operate = createPolicy("operator", "Lets a role operate Grantkeep, without its tokens.", [
    invokeRoutes(["GET", "HEAD", "POST", "PATCH", "DELETE"]),
    readUrl,
    ...readLogs,
    { effect: "Allow", actions: ["lambda:InvokeFunction"], resources: OPERATED.map(arnOf) },
    ...checkedBy(arnOf(WITH_EVENT_BUS), eventBus.arn),
  ]);
  return { operatorRead: read.arn, operator: operate.arn };
}

/** Returns the statements for queries of the logs of the functions. The log lines have no token and no secret. */
function toReadLogs(functionArn: $util.Output<string>) {
  const groups = functionArn.apply((arn) => {
    const [, partition, , region, account] = arn.split(":");
    return `arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${nameOf("")}*`;
  });
  return [
    { effect: "Allow", actions: ["logs:StartQuery"], resources: [groups] },
    // AWS has no resources for these: they return names of groups, and the rows of a query by its id.
    {
      effect: "Allow",
      actions: ["logs:DescribeLogGroups", "logs:GetQueryResults"],
      resources: ["*"],
    },
  ];
}

/**
 * Returns what `grantkeep check` and `dead-letters` read besides: the event bus, its rules, its queues, and who is
 * notified of alarms.
 */
function checkedBy(functionArn: $util.Output<string>, busArn: $util.Input<string>) {
  const rules = functionsTriggeredBy("events").map(({ name }) => name);
  const allow = (actions: string[], resources: $util.Input<string>[]) => ({
    effect: "Allow",
    actions,
    resources,
  });
  return [
    allow(["lambda:GetFunctionConfiguration"], [functionArn]),
    allow(["sns:ListSubscriptionsByTopic"], [besides(functionArn, "sns", nameOf("alarms"))]),
    allow(["events:DescribeEventBus"], [busArn]),
    allow(
      ["events:DescribeRule"],
      rules.map((rule) => $output(busArn).apply((arn) => `${rulesOf(arn)}/${nameOf(rule)}`)),
    ),
    allow(
      ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      rules.map((rule) => besides(functionArn, "sqs", deadLettersOf(rule))),
    ),
  ];
}

/** Returns the ARN of a resource in the account and region of a function. */
function besides(functionArn: $util.Output<string>, service: "sns" | "sqs", name: string) {
  return functionArn.apply((arn) => {
    const [, partition, , region, account] = arn.split(":");
    return `arn:${partition}:${service}:${region}:${account}:${name}`;
  });
}

/** Returns the routes for operators, as a policy names them: `GET/installations/*`. */
function routesOf(methods: readonly string[]): string[] {
  return functionsTriggeredBy("route")
    .filter(({ trigger }) => trigger.auth === "iam")
    .flatMap(({ trigger }) =>
      methodsOf(trigger)
        .filter((method) => methods.includes(method))
        .map((method) => `${method}${trigger.path.replace(/\{\w+\}/g, "*")}`),
    );
}

type Statements = aws.iam.GetPolicyDocumentOutputArgs["statements"];

function createPolicy(id: string, description: string, statements: Statements): aws.iam.Policy {
  const { json } = aws.iam.getPolicyDocumentOutput({ statements });
  return new aws.iam.Policy(logicalName(id), { name: nameOf(id), description, policy: json });
}
