import * as v from "valibot";
import { InstallationId } from "../../core/installation.ts";
import { PLATFORM_NAMES } from "../../core/platforms.ts";
import { InstallLinkId } from "../../core/ports/install-links.ts";
import type { LineCondition } from "../target/log-lines.ts";

/** The subject of a question, by the form of the text. */
export type Subject =
  | { readonly kind: "request" | "delivery" | "link"; readonly id: string }
  | { readonly kind: "installation"; readonly id: string }
  | { readonly kind: "organization"; readonly text: string };

/** The URL of an install link, which has the link only encrypted. */
export interface LinkUrl {
  readonly kind: "link-url";
  /** A secret: with it, one organization can be connected. */
  readonly sealed: string;
}

/** Something that has lines of its own, from which one case follows. */
export type TracedSubject = Extract<Subject, { kind: "request" | "delivery" | "link" }>;

/** The ids of requests: those of Lambda, and those of API Gateway. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const GATEWAY_REQUEST = /^[A-Za-z0-9_-]{10,24}=$/;

/** A delivery by the name of its platform, as events and log lines have it. */
const DELIVERY = new RegExp(`^(${PLATFORM_NAMES.join("|")}):[\\w.:/=-]{1,300}$`);
/** The id of an event of Slack. */
const SLACK_EVENT = /^Ev[A-Z0-9]{6,20}$/;

/** Also without `https://`: a secret must not be taken for the name of an organization, which errors print. */
const WEB_ADDRESS = /^https?:|[?&]link=/i;
const ANY_BASE = "https://grantkeep.invalid";
/** The parameter `link` alone. */
const SEALED_LINK = /^v1\.[\w-]+\.[\w-]+$/;

/** The ids of accounts of GitHub, of teams and enterprises of Slack, and of sites of Jira. */
const ORGANIZATION = /^([1-9][0-9]{0,18}|[TE][A-Z0-9]{2,20})$/;

/** Returns whether a text has the form of an organization's id at its platform. */
export function isOrganizationId(text: string): boolean {
  return ORGANIZATION.test(text) || UUID.test(text);
}

/**
 * Returns what a text names: an id or a URL by its form, and otherwise, or with a platform, an organization.
 *
 * @throws {Error} for another URL than that of an install link
 */
export function parseSubject(text: string, platform?: string): Subject | LinkUrl {
  if (WEB_ADDRESS.test(text) || SEALED_LINK.test(text)) return parseLinkUrl(text);
  if (platform !== undefined) return { kind: "organization", text };
  if (v.is(InstallLinkId, text)) return { kind: "link", id: text };
  if (v.is(InstallationId, text)) return { kind: "installation", id: text };
  if (UUID.test(text) || GATEWAY_REQUEST.test(text)) return { kind: "request", id: text };
  if (DELIVERY.test(text)) return { kind: "delivery", id: text };
  if (SLACK_EVENT.test(text)) return { kind: "delivery", id: `slack:${text}` };
  return { kind: "organization", text };
}

function parseLinkUrl(text: string): LinkUrl {
  const sealed = SEALED_LINK.test(text)
    ? text
    : URL.parse(text, ANY_BASE)?.searchParams.get("link");
  if (sealed) return { kind: "link-url", sealed };
  throw new Error("This is not the URL of an install link: it has no parameter `link`.");
}

/** Returns the conditions of the lines about something that has an id. A UUID can be a delivery of GitHub, too. */
export function conditionsOf({ kind, id }: TracedSubject): LineCondition[] {
  if (kind === "link") return [{ field: "link_id", value: id }];
  if (kind === "delivery") return [{ field: "delivery_id", value: id }];
  return [
    { field: "request_id", value: id },
    ...(UUID.test(id) ? [{ field: "delivery_id", value: `github:${id}` }] : []),
  ];
}
