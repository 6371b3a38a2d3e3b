/** A field of a line, and the value that it is compared with; `undefined` if any value is enough. */
interface Condition {
  readonly field: string;
  readonly value: string | undefined;
}

/** A query: all lines that match one condition of each filter, oldest or newest first. */
export interface LogsQuery {
  readonly filters: readonly (readonly Condition[])[];
  readonly isNewestFirst: boolean;
  readonly limit: number;
}

const DEFAULT_LIMIT = 10_000;
const EQUALS = /^(?<field>@?[A-Za-z_][\w.]*) = "(?<value>[^"\\]*)"$/;
const IS_PRESENT = /^ispresent\((?<field>@?[A-Za-z_][\w.]*)\)$/;
const SORT = /^sort @timestamp (?<order>asc|desc)$/;
const LIMIT = /^limit (?<count>[1-9]\d{0,4})$/;

/**
 * Parses the part of the language of CloudWatch Logs Insights that `grantkeep why` and `logs` use: `fields`,
 * `filter a = "x" or ispresent(b)`, `sort @timestamp` and `limit`. Returns `undefined` for anything else.
 *
 * @see [Query syntax](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html)
 */
export function parseLogsQuery(text: string): LogsQuery | undefined {
  const filters: Condition[][] = [];
  let isNewestFirst = true;
  let limit = DEFAULT_LIMIT;
  for (const command of text.split("|").map((part) => part.trim())) {
    const sort = SORT.exec(command)?.groups;
    const count = LIMIT.exec(command)?.groups?.count;
    if (command.startsWith("filter ")) {
      const conditions = command.slice("filter ".length).split(" or ").map(parseCondition);
      if (conditions.includes(undefined)) return undefined;
      filters.push(conditions.filter((condition) => condition !== undefined));
    } else if (sort) isNewestFirst = sort.order === "desc";
    else if (count !== undefined) limit = Number(count);
    else if (!command.startsWith("fields ")) return undefined;
  }
  return { filters, isNewestFirst, limit };
}

function parseCondition(text: string): Condition | undefined {
  const equal = EQUALS.exec(text)?.groups;
  if (equal) return { field: `${equal.field}`, value: equal.value };
  const present = IS_PRESENT.exec(text)?.groups;
  return present && { field: `${present.field}`, value: undefined };
}

/** Returns whether the fields of a line match a query. */
export function matches({ filters }: LogsQuery, fields: ReadonlyMap<string, unknown>): boolean {
  return filters.every((conditions) =>
    conditions.some(({ field, value }) => {
      const actual = fields.get(field);
      return value === undefined ? actual !== undefined : String(actual) === value;
    }),
  );
}
