import type { ErrorCode, ServiceError } from "../../../core/errors.ts";
import type { STATUS_MARKS } from "./marks.ts";
import type { Cause } from "./words.ts";

/** The cause of each error code. A new code does not compile until it has one. */
const CAUSES: Readonly<Record<ErrorCode, Cause>> = {
  access_denied: "cancelled",
  authorization_failed: "notAuthorized",
  exchange_failed: "tooLate",
  installation_not_verified: "notOwner",
  installation_bound_elsewhere: "boundElsewhere",
  missing_scope: "missingScope",
  unsupported_install: "unsupported",
  shared_account: "sharedAccount",
  invalid_redirect_uri: "address",
  invalid_request: "address",
  unknown_platform: "address",
  invalid_state: "forged",
  platform_not_configured: "notReady",
  provider_misconfigured: "notReady",
  provider_rate_limited: "busy",
  provider_unavailable: "busy",
  retry_later: "busy",
  decryption_failed: "broken",
  provider_error: "broken",
  server_error: "broken",

  // Only programs receive these codes. If a page ever shows one, an operator has to look into it.
  duplicate_installation: "broken",
  install_link_not_found: "broken",
  installation_inactive: "broken",
  installation_not_found: "broken",
  invalid_signature: "broken",
  not_allowed: "broken",
  reauthorization_required: "broken",
  too_large: "broken",
  unsupported_media_type: "broken",
};

/** The causes that only the reason of an error tells apart. */
const BY_REASON: Readonly<Partial<Record<ErrorCode, Readonly<Record<string, Cause>>>>> = {
  invalid_state: {
    used: "used",
    expired: "expired",
    not_pending: "expired",
    request_unknown: "expired",
    no_cookie: "otherBrowser",
    other_browser: "otherBrowser",
    link_used: "linkUsed",
    link_expired: "linkExpired",
    link_ended: "linkEnded",
    link_unknown: "linkExpired",
  },
  unsupported_install: { no_site: "noSite" },
  installation_not_verified: { not_installed: "notInstalled", no_installer: "notInstaller" },
};

/** The causes that are something else after the person has installed the App on the platform. */
const AFTER_INSTALL: Readonly<Partial<Record<Cause, Cause>>> = {
  cancelled: "notConnected",
  notAuthorized: "notConnected",
  unsupported: "notConnected",
  missingScope: "notConnected",
  notReady: "broken",
};

/** The causes that are something else where the App may be installed already, and nothing was changed. */
const CONNECTING: Readonly<Partial<Record<Cause, Cause>>> = {
  cancelled: "connectCancelled",
  notAuthorized: "connectCancelled",
};

/** The next click on the page of a cause. */
type NextClick = "startAgain" | "goToStart" | "finish" | "createSite";

const NEXT: Readonly<Partial<Record<Cause, NextClick>>> = {
  notConnected: "finish",
  noSite: "createSite",
  notOwner: "goToStart",
  notInstaller: "goToStart",
  boundElsewhere: "goToStart",
  linkUsed: "goToStart",
  linkExpired: "goToStart",
  linkEnded: "goToStart",
  linkForged: "goToStart",
  notReady: "goToStart",
};

const MARKS: Readonly<Partial<Record<Cause, keyof typeof STATUS_MARKS>>> = {
  tooLate: "delayed",
  expired: "delayed",
  busy: "delayed",
  notReady: "broken",
  broken: "broken",
};

/** Returns the cause that a page shows for an error, at the step of the install where it occurred. */
export function causeOf(
  { code, reason = "" }: Pick<ServiceError, "code" | "reason">,
  {
    isInstalled,
    isConnect,
    isRequest,
  }: {
    isInstalled: boolean;
    isConnect: boolean;
    isRequest?: boolean;
  },
): Cause {
  const forged = code === "invalid_state" && reason.startsWith("link_") ? "linkForged" : undefined;
  const cause = byReason(code, reason) ?? forged ?? CAUSES[code];
  if (isRequest && CONNECTING[cause]) return "requestCancelled";
  if (isConnect) return CONNECTING[cause] ?? cause;
  return (isInstalled ? AFTER_INSTALL[cause] : undefined) ?? cause;
}

function byReason(code: ErrorCode, reason: string): Cause | undefined {
  const causes = BY_REASON[code];
  return causes && Object.hasOwn(causes, reason) ? causes[reason] : undefined;
}

export function nextClick(cause: Cause): NextClick {
  return NEXT[cause] ?? "startAgain";
}

export function statusMark(cause: Cause): keyof typeof STATUS_MARKS {
  return MARKS[cause] ?? "paused";
}
