import { functionsTriggeredBy } from "../infra/function-table.ts";
import { createBotTarget } from "./aws/bot-target.ts";
import type { EventTarget } from "./aws/event-delivery.ts";
import { createFunctionTarget } from "./aws/function-target.ts";
import type { LambdaFunctions } from "./aws/lambda-invoke.ts";
import { busNameOf } from "./environment.ts";
import { isSet, type Variables } from "./variables.ts";

/**
 * Creates the targets of the bus: the functions behind its rules, and the bot at `BOT_URL`.
 *
 * @throws {Error} that says what to change, unless `BOT_URL` is a URL of HTTP
 */
export function createTargets(variables: Variables, functions: LambdaFunctions): EventTarget[] {
  const bus = busNameOf(variables);
  const rules = functionsTriggeredBy("events").map(({ name, trigger }) => ({
    bus,
    source: trigger.source,
    detailTypes: trigger.detailTypes,
    functionName: name,
  }));
  const { BOT_URL: botUrl } = variables;
  return [
    ...rules.map((rule) => createFunctionTarget(rule, functions)),
    ...(isSet(botUrl) ? [createBotTarget(botUrl, bus)] : []),
  ];
}
