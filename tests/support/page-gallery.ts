import type { Language } from "../../core/configuration/languages.ts";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import type { ErrorCode, ServiceError } from "../../core/errors.ts";
import { choicePage, offerPage } from "../../functions/http/pages/install-page.ts";
import { loadGrantWords } from "../../functions/http/pages/load-grant-words.ts";
import { organizationPage } from "../../functions/http/pages/organization-page.ts";
import { errorPage, successPage } from "../../functions/http/pages/result-page.ts";
import { continuePage, pendingPage } from "../../functions/http/pages/setup-page.ts";
import { createViews } from "../../functions/http/pages/view.ts";
import { WAITING_SCRIPT, waitingPage } from "../../functions/http/pages/waiting-page.ts";
import { formPage, page, type Reply, scriptPage } from "../../functions/http/reply.ts";
import { STATUS } from "../../functions/http/status.ts";
import { GALLERY_CONFIGURATION } from "./configuration.ts";
import { httpEvent } from "./http-event.ts";

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
const REQUEST_ID = "JKJaXmPLvHcESHA=";

/** All error codes. */
export const CODES: readonly ErrorCode[] = Object.keys(STATUS).filter(isErrorCode);

/** The reasons that have a page of their own. */
const REASONS: readonly Pick<ServiceError, "code" | "reason">[] = [
  ...[
    "used",
    "expired",
    "no_cookie",
    "link_used",
    "link_expired",
    "link_ended",
    "link_malformed",
  ].map((reason) => ({ code: "invalid_state", reason }) as const),
  { code: "unsupported_install", reason: "no_site" },
  { code: "installation_not_verified", reason: "not_installed" },
];

/** Creates the gallery of a language: all pages by name, as handlers return them. */
export async function createGallery(
  language: Language,
  configuration: unknown = GALLERY_CONFIGURATION,
): Promise<ReadonlyMap<string, Reply>> {
  const views = createViews(parseConfiguration(configuration, {}));
  const view = await views(httpEvent({ rawQueryString: `lang=${language}` }));
  const words = await loadGrantWords[language]();
  const expiresAt = new Date("2026-11-30T12:00:00Z");
  const link = (customer: string | undefined) => ({
    query: { link: "sealed" },
    start: { link: "sealed", nonce: "nonce" },
    link: { customer, expiresAt },
  });
  const offer = (platform: "github" | "slack" | "jira", rest = {}) =>
    page(view, 200, offerPage(view, words, { platform, query: {}, start: {}, ...rest }));
  const waiting = (name: string, confirmUrl: string | null, claim = {}) => {
    const request = {
      ...claim,
      id: `req-${"0".repeat(32)}`,
      platform: "github",
      account: { id: "1", name },
      requester: { id: "2", name },
      redirectUri: null,
      metadata: { display_name: name },
      link: null,
      installationId: null,
    } as const;
    const status = confirmUrl === null ? "waiting" : "unconfirmed";
    return scriptPage(view, waitingPage(view, { status, request, confirmUrl }), WAITING_SCRIPT);
  };
  const success = (platform: "github" | "slack" | "jira", organization: string) =>
    page(view, 200, successPage(view, platform, { organization, id: ID }));
  const failure = (error: Pick<ServiceError, "code" | "reason">, rest = {}) => {
    const failed = { error, requestId: REQUEST_ID, platform: "jira", startHref: "../" } as const;
    return page(view, STATUS[error.code], errorPage(view, { ...failed, ...rest }));
  };
  const installed = { platform: "github", finishHref: "https://github.com/login/oauth" };

  return new Map([
    ["install", offer("github", { canConnect: true })],
    ["install-slack", offer("slack", { query: { platform: "slack" } })],
    ["install-jira", offer("jira")],
    ["install-several", page(view, 200, choicePage(view, ["github", "slack", "jira"]))],
    ["install-none", page(view, 200, choicePage(view, []))],
    ["link", offer("slack", link("Acme"))],
    ["link-nameless", offer("jira", link(undefined))],
    ["link-hostile", offer("github", link(HOSTILE))],
    ["link-endless", offer("github", link(ENDLESS))],
    ["success", success("github", "octocat")],
    ["success-hostile", success("slack", HOSTILE)],
    ["success-endless", success("slack", ENDLESS)],
    ["success-reversed", success("jira", REVERSED)],
    [
      "choice",
      formPage(
        view,
        organizationPage(view, "jira", { pendingId: "0123456789abcdef", organizations: SITES }),
        null,
      ),
    ],
    [
      "choice-github",
      formPage(
        view,
        organizationPage(view, "github", { pendingId: "0123456789abcdef", organizations: SITES }),
        null,
      ),
    ],
    ["waiting", waiting("acme", null)],
    ["waiting-hostile", waiting(HOSTILE, null)],
    ["waiting-installer", waiting(ENDLESS, null, { claimedInstallationId: "1" })],
    ["unconfirmed", waiting(ENDLESS, "authorize?request=sealed")],
    ["continue", page(view, 200, continuePage(view, "github", "installation_id=1"))],
    ["pending", page(view, 200, pendingPage(view, "github"))],
    [
      "not-installer",
      failure({ code: "installation_not_verified", reason: "no_installer" }, installed),
    ],
    ["not-connected", failure({ code: "access_denied", reason: undefined }, installed)],
    [
      "not-owner-installed",
      failure({ code: "installation_not_verified", reason: undefined }, installed),
    ],
    [
      "request-cancelled",
      failure(
        { code: "access_denied", reason: undefined },
        { platform: "github", isRequest: true },
      ),
    ],
    [
      "connect-cancelled",
      failure(
        { code: "access_denied", reason: undefined },
        { platform: "github", isConnect: true },
      ),
    ],
    ...REASONS.map((error): [string, Reply] => [`${error.code}-${error.reason}`, failure(error)]),
    ...CODES.map((code): [string, Reply] => [code, failure({ code, reason: undefined })]),
  ]);
}

/** All pages in English. */
export const GALLERY = await createGallery("en");

function isErrorCode(text: string): text is ErrorCode {
  return text in STATUS;
}
