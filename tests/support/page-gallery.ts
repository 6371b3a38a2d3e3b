import type { ErrorCode } from "../../core/errors.ts";
import { choicePage } from "../../functions/http/pages/choice-page.ts";
import { installLinkPage, installPage } from "../../functions/http/pages/install-page.ts";
import { errorPage, successPage } from "../../functions/http/pages/result-page.ts";
import { continuePage, pendingPage } from "../../functions/http/pages/setup-page.ts";
import { formPage, page, type Reply } from "../../functions/http/reply.ts";
import { STATUS } from "../../functions/http/status.ts";

/** Markup that would do harm if it were not escaped. */
export const HOSTILE = `"><script>document.title="x"</script><style>*{color:red}</style><form action=/x>'&amp;`;

/** The longest possible name, as one word. */
export const ENDLESS = "W".repeat(255);

/** A name in a right-to-left script that would reverse the text after it. */
export const REVERSED = "\u202eشركة الاختبار";

const ID = "inst-0199f0c2a1b27c3d8e4f5061728394a5";
const SITES = [
  { organizationId: "1", organizationName: "Acme", organizationUrl: "https://acme.atlassian.net" },
  { organizationId: HOSTILE, organizationName: HOSTILE, organizationUrl: HOSTILE },
  { organizationId: "3", organizationName: ENDLESS, organizationUrl: `https://${ENDLESS}.net` },
  { organizationId: "4", organizationName: REVERSED, organizationUrl: null },
];
const LINK = { link: "sealed", nonce: "nonce" };
const REQUEST_ID = "JKJaXmPLvHcESHA=";

/** All error codes. */
export const CODES: readonly ErrorCode[] = Object.keys(STATUS).filter(isErrorCode);

/** All pages by name, as handlers return them, with ordinary and with hostile contents. */
export const GALLERY: ReadonlyMap<string, Reply> = new Map([
  ["install", page(200, installPage(["github"]))],
  ["install-several", page(200, installPage(["github", "slack", "jira"]))],
  ["install-none", page(200, installPage([]))],
  ["link", page(200, installLinkPage("slack", LINK, "Acme"))],
  ["link-nameless", page(200, installLinkPage("jira", LINK, undefined))],
  ["link-hostile", page(200, installLinkPage("github", LINK, HOSTILE))],
  ["link-endless", page(200, installLinkPage("github", LINK, ENDLESS))],
  ["success", page(200, successPage("github", "octocat", ID))],
  ["success-hostile", page(200, successPage("slack", HOSTILE, ID))],
  ["success-endless", page(200, successPage("slack", ENDLESS, ID))],
  ["success-reversed", page(200, successPage("jira", REVERSED, ID))],
  ["choice", formPage(choicePage("jira", "0123456789abcdef", SITES), null)],
  ["continue", page(200, continuePage("installation_id=1"))],
  ["pending", page(200, pendingPage())],
  ...CODES.map((code): [string, Reply] => [
    code,
    page(STATUS[code], errorPage(code, REQUEST_ID, "../")),
  ]),
]);

function isErrorCode(text: string): text is ErrorCode {
  return text in STATUS;
}
