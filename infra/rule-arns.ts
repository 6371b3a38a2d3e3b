/** The bus that each account has. The ARNs of its rules do not name it. */
const DEFAULT_BUS = /:event-bus\/default$/;

/**
 * Returns what the ARNs of the rules of an event bus begin with, before a slash and the name of the rule.
 *
 * @see [Resource types of EventBridge](https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html)
 */
export function rulesOf(busArn: string): string {
  return busArn.replace(DEFAULT_BUS, ":rule").replace(":event-bus/", ":rule/");
}
