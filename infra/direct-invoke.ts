import { directFunctions } from "./direct-functions.ts";
import { createFunction, type Foundation } from "./functions.ts";
import { nameOf } from "./stage.ts";

/** Callers come to these through an alias, so that a deploy moves all of them at once. */
const CALLED = ["token-lookup", "webhook-secret"];
const ALIAS = "live";
const SWEEP_SCHEDULE = "rate(1 hour)";

/** What a caller's role attaches, and which alias it invokes, by the function's name. */
export type Callable = Record<
  string,
  { alias: $util.Output<string>; policy: $util.Output<string> }
>;

/** Makes the functions that are invoked by name. None has a URL, and none a route. */
export function createDirectFunctions(
  foundation: Foundation,
  dependsOn: readonly $util.Resource[],
): Callable {
  const callable: Callable = {};
  for (const { name, handler } of directFunctions) {
    const versioned = CALLED.includes(name);
    const timeout = versioned ? "20 seconds" : "5 minutes";
    const invoked = createFunction(foundation, { handler, timeout, versioned, dependsOn });
    if (versioned) callable[name] = openToCallers(name, invoked, foundation);
    if (name === "sweep") scheduleSweep(invoked);
  }
  return callable;
}

function openToCallers(name: string, invoked: sst.aws.Function, { settings }: Foundation) {
  const alias = new aws.lambda.Alias(`${name}-live`, {
    name: ALIAS,
    functionName: invoked.name,
    functionVersion: invoked.nodes.function.version,
  });
  const policy = new aws.iam.Policy(`${name}-invoke`, {
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
  const accounts = name === "token-lookup" ? settings.lookupAccounts : [];
  for (const account of accounts) {
    new aws.lambda.Permission(`${name}-account-${account}`, {
      action: "lambda:InvokeFunction",
      function: invoked.name,
      qualifier: alias.name,
      principal: account,
    });
  }
  return { alias: alias.arn, policy: policy.arn };
}

function scheduleSweep(sweep: sst.aws.Function): void {
  new sst.aws.CronV2("SweepSchedule", {
    schedule: SWEEP_SCHEDULE,
    function: sweep.arn,
    retries: 2,
  });
}
