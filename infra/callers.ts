import type { Callable } from "./direct-invoke.ts";
import type { FunctionName } from "./function-table.ts";
import type { Foundation } from "./functions.ts";
import { logicalName, nameOf } from "./stage.ts";

/** The function whose callers can have limits. */
const LIMITED: FunctionName = "token-lookup";

/** Creates an alias of `token-lookup` for each caller of the configuration, and a policy that names this alias alone. */
export function createCallers({ configurationFile, functions }: Foundation): Callable {
  const invoked = functions.get(LIMITED);
  if (!invoked) throw new Error(`The function ${LIMITED} was not created.`);
  const callers = configurationFile.callers.map((caller) => [caller, create(caller, invoked)]);
  return Object.fromEntries(callers);
}

function create(caller: string, invoked: sst.aws.Function): Callable[string] {
  const id = `${LIMITED}-caller-${caller}`;
  const alias = new aws.lambda.Alias(logicalName(id), {
    name: caller,
    functionName: invoked.name,
    functionVersion: invoked.nodes.function.version,
  });
  const policy = new aws.iam.Policy(logicalName(id), {
    name: nameOf(id),
    description: `Lets a role look up the tokens that ${caller} may have.`,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [{ effect: "Allow", actions: ["lambda:InvokeFunction"], resources: [alias.arn] }],
    }).json,
  });
  return { alias: alias.arn, policy: policy.arn };
}
