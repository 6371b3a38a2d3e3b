/** Why a row of the catalogue is not tested. */
export interface NotApplicable {
  readonly id: string;
  readonly reason: string;
}

const APP = "comes with GitHub Apps";
const SLACK = "comes with Slack";
const JIRA = "comes with Jira";
const REFRESH = "comes with refresh";
const TENANTS = "there are no tenants in this design";
const JWT = "there are no JWTs in this design: requests are signed (SigV4)";
const CALLERS = "IAM decides who may call what, not Grantkeep";
const IF_MATCH = "an installation has no ETag: If-Match is not part of the API";
const NO_JSON = "what is sealed is the token itself, no JSON with a shape";

/** The rows of the catalogue that do not apply to what exists. */
export const NOT_APPLICABLE: readonly NotApplicable[] = [
  { id: "CB-046", reason: APP },
  { id: "CB-047", reason: APP },
  { id: "CB-048", reason: APP },
  { id: "CB-049", reason: TENANTS },
  { id: "CB-051", reason: APP },
  { id: "CB-052", reason: APP },
  { id: "CB-053", reason: APP },
  { id: "CB-054", reason: APP },
  { id: "CB-056", reason: APP },
  { id: "CB-059", reason: APP },
  { id: "CB-060", reason: APP },
  { id: "CB-061", reason: APP },
  { id: "CB-064", reason: SLACK },
  { id: "CB-065", reason: SLACK },
  { id: "CB-066", reason: SLACK },
  { id: "CB-068", reason: SLACK },
  { id: "CB-070", reason: TENANTS },
  { id: "CB-072", reason: SLACK },
  { id: "CB-074", reason: JIRA },
  { id: "CB-075", reason: JIRA },
  { id: "CB-077", reason: JIRA },
  { id: "CR-005", reason: JWT },
  { id: "CR-006", reason: JWT },
  { id: "CR-008", reason: JWT },
  { id: "CR-009", reason: JWT },
  { id: "CR-010", reason: JWT },
  { id: "CR-012", reason: JWT },
  { id: "CR-013", reason: JWT },
  { id: "CR-019", reason: JWT },
  { id: "CR-021", reason: TENANTS },
  { id: "CR-025", reason: TENANTS },
  { id: "CR-026", reason: TENANTS },
  { id: "CR-030", reason: CALLERS },
  { id: "CR-094", reason: IF_MATCH },
  { id: "LK-028", reason: TENANTS },
  { id: "LK-029", reason: TENANTS },
  { id: "LK-030", reason: TENANTS },
  { id: "LK-033", reason: CALLERS },
  { id: "LK-034", reason: CALLERS },
  { id: "LK-035", reason: CALLERS },
  { id: "LK-062", reason: NO_JSON },
  { id: "LK-067", reason: APP },
  { id: "LK-068", reason: APP },
  { id: "LK-069", reason: APP },
  { id: "LK-071", reason: APP },
  { id: "LK-072", reason: REFRESH },
  { id: "LK-073", reason: REFRESH },
  { id: "LK-075", reason: APP },
  { id: "LK-077", reason: REFRESH },
  { id: "LK-078", reason: REFRESH },
  { id: "LK-079", reason: REFRESH },
  { id: "LK-081", reason: REFRESH },
  { id: "LK-082", reason: REFRESH },
  { id: "LK-083", reason: REFRESH },
  { id: "LK-085", reason: REFRESH },
];
