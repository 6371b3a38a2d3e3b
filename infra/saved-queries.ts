import { functionTable } from "./function-table.ts";
import { LOG_QUERIES } from "./log-queries.ts";
import { logicalName, nameOf, namePrefix, toComponentName } from "./stage.ts";

/**
 * Saves the queries of Logs Insights for operators, in a folder of the stage.
 *
 * @see [Saved queries](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Saving-Queries.html)
 */
export function createSavedQueries(): void {
  const all = functionTable.map(({ name }) => name);
  for (const { name, functionNames = all, commands } of LOG_QUERIES) {
    const id = toComponentName(`query-${name.replaceAll(" ", "-")}`);
    new aws.cloudwatch.QueryDefinition(logicalName(id), {
      name: `${namePrefix()}-${$app.stage}/${name}`,
      logGroupNames: functionNames.map((functionName) => `/aws/lambda/${nameOf(functionName)}`),
      queryString: commands.join("\n| "),
    });
  }
}
