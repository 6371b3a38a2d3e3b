/** Why a row of the catalogue is not tested. */
export interface NotApplicable {
  readonly id: string;
  readonly reason: string;
}

const TENANTS = "there are no tenants in this design";
const CALLERS = "IAM decides who may call what, not Grantkeep";
const UNQUALIFIED =
  "without an alias, a caller is live: IAM allows that to nobody who may invoke only another alias";
const IF_MATCH = "an installation has no ETag: If-Match is not part of the API";
const NO_JSON = "what is sealed is the token itself, no JSON with a shape";
const NO_QSH = "an OAuth app of Jira has no lifecycle webhooks, and its JWT no qsh";
const NO_PATH_ID = "webhooks are signed by the App's secret: there is no installation in the path";
const TIMING =
  "timing is never tested: the compare is timingSafeEqual, and WH-005 shows that no length breaks it";

/** The rows of the catalogue that do not apply to what exists. */
export const NOT_APPLICABLE: readonly NotApplicable[] = [
  { id: "CB-049", reason: TENANTS },
  { id: "CB-070", reason: TENANTS },
  { id: "CR-021", reason: TENANTS },
  { id: "CR-025", reason: TENANTS },
  { id: "CR-026", reason: TENANTS },
  { id: "CR-030", reason: CALLERS },
  { id: "CR-094", reason: IF_MATCH },
  { id: "LK-033", reason: UNQUALIFIED },
  { id: "LK-062", reason: NO_JSON },
  { id: "WH-060", reason: NO_QSH },
  { id: "WH-064", reason: NO_PATH_ID },
  { id: "WH-077", reason: TIMING },
];
