import type { FunctionName } from "./function-table.ts";
import { functionsTriggeredBy } from "./function-table.ts";

/** A query of CloudWatch Logs Insights that operators find under *Saved queries*. */
export interface LogQuery {
  readonly name: string;
  /** The functions whose log groups it reads; all of them unless they are given. */
  readonly functionNames?: readonly FunctionName[];
  /** The commands, which are joined by bars. A text in capitals is to be replaced. */
  readonly commands: readonly string[];
}

const INTAKE = functionsTriggeredBy("route")
  .filter(({ trigger }) => trigger.auth === "signature")
  .map(({ name }) => name);

const IDS = "platform, organization_id, installation_id";
const CAUSE = "error, reason, request_id";
const NEWEST = "sort @timestamp desc";
const OLDEST = "sort @timestamp asc";

/** Returns the query for all lines with an id. */
function allLinesOf(name: string, field: string): LogQuery {
  return {
    name: `all lines of ${name}`,
    commands: [
      `filter ${field} = "REPLACE"`,
      `fields @timestamp, @log, message, outcome, event, ${IDS}, ${CAUSE}`,
      OLDEST,
    ],
  };
}

/** The saved queries of a stage. Tests compare their fields with the lines that the functions write. */
export const LOG_QUERIES: readonly LogQuery[] = [
  {
    name: "failures by code",
    commands: [
      "filter ispresent(error)",
      "stats count(*) as failures, count_distinct(organization_id) as organizations by error, reason, platform",
      "sort failures desc",
    ],
  },
  {
    name: "failed lookups",
    functionNames: ["token-lookup"],
    commands: [
      "filter ispresent(Lookups) and ispresent(error)",
      `fields @timestamp, caller, ${IDS}, ${CAUSE}`,
      NEWEST,
    ],
  },
  {
    name: "failed refreshes",
    commands: [
      "filter ispresent(Refreshes) and ispresent(error)",
      `fields @timestamp, ${IDS}, ${CAUSE}`,
      NEWEST,
    ],
  },
  {
    name: "who got which token",
    functionNames: ["token-lookup"],
    commands: [
      'filter ispresent(Lookups) and outcome = "ok"',
      `fields @timestamp, caller, purpose, ${IDS}, permissions, repositories, token_id, request_id`,
      NEWEST,
    ],
  },
  {
    name: "lookups by caller",
    functionNames: ["token-lookup"],
    commands: [
      "filter ispresent(Lookups)",
      "stats count(*) as lookups by caller, outcome",
      "sort lookups desc",
    ],
  },
  {
    name: "webhooks that did not reach a bot",
    functionNames: INTAKE,
    commands: [
      'filter outcome in ["unclaimed", "inactive", "delayed"] or error = "invalid_signature"',
      `fields @timestamp, outcome, event, delivery_id, ${IDS}, ${CAUSE}`,
      NEWEST,
    ],
  },
  {
    name: "failed installs",
    commands: [
      'filter (message = "failure" or message = "request") and ispresent(error) and route like "/oauth/"',
      `fields @timestamp, route, platform, organization_id, link_id, ${CAUSE}`,
      NEWEST,
    ],
  },
  {
    name: "changes by operators",
    commands: [
      'filter message in ["created", "updated", "deleted"]',
      `fields @timestamp, message, changed, revocation, ${IDS}, request_id`,
      NEWEST,
    ],
  },
  allLinesOf("a request", "request_id"),
  allLinesOf("an organization", "organization_id"),
  allLinesOf("an installation", "installation_id"),
  allLinesOf("a webhook", "delivery_id"),
  allLinesOf("an install link", "link_id"),
];
