import type { Triggered } from "./function-definition.ts";
import { functionsTriggeredBy } from "./function-table.ts";
import { createFunction, type Foundation } from "./functions.ts";
import { logicalName, nameOf, toComponentName } from "./stage.ts";

const ALIAS = "live";

/** For each versioned function: the alias that callers invoke, and the policy that their roles attach. */
export type Callable = Record<
  string,
  { alias: $util.Output<string>; policy: $util.Output<string> }
>;

/** Creates the functions that are invoked by name, by callers or by a schedule. */
export function createDirectFunctions(
  foundation: Foundation,
  dependsOn: readonly $util.Resource[],
): Callable {
  const callable: Callable = {};
  for (const definition of functionsTriggeredBy("invoke")) {
    const invoked = createFunction(foundation, definition, { dependsOn });
    if (definition.trigger.versioned) {
      callable[definition.name] = openToCallers(definition, invoked, foundation);
    }
  }
  for (const definition of functionsTriggeredBy("schedule")) {
    const invoked = createFunction(foundation, definition, { dependsOn });
    schedule(definition, invoked, foundation);
  }
  return callable;
}

function openToCallers(
  { name, trigger }: Triggered<"invoke">,
  invoked: sst.aws.Function,
  { settings }: Foundation,
) {
  const alias = new aws.lambda.Alias(logicalName(`${name}-live`), {
    name: ALIAS,
    functionName: invoked.name,
    functionVersion: invoked.nodes.function.version,
  });
  const policy = new aws.iam.Policy(logicalName(`${name}-invoke`), {
    name: nameOf(`${name}-invoke`),
    description: `Lets a role invoke ${nameOf(name)}.`,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        {
          effect: "Allow",
          actions: ["lambda:InvokeFunction"],
          resources: [invoked.arn, alias.arn],
        },
      ],
    }).json,
  });
  for (const account of trigger.sharedWithAccounts ? settings.lookupAccounts : []) {
    new aws.lambda.Permission(logicalName(`${name}-account-${account}`), {
      action: "lambda:InvokeFunction",
      function: invoked.name,
      qualifier: alias.name,
      principal: account,
    });
  }
  return { alias: alias.arn, policy: policy.arn };
}

function schedule(
  { name, trigger: { rate, rateOfPausingDatabase, retries } }: Triggered<"schedule">,
  invoked: sst.aws.Function,
  { database }: Foundation,
): void {
  new sst.aws.CronV2(logicalName(`${toComponentName(name)}Schedule`), {
    schedule: (database.pauses ? rateOfPausingDatabase : undefined) ?? rate,
    function: invoked.arn,
    retries,
  });
}
