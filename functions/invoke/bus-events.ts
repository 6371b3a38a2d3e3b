import * as v from "valibot";
import { InstallationId, OrganizationId, Platform } from "../../core/installation.ts";
import { IsoTimestamp } from "../http/iso-timestamp.ts";
import type { FieldTexts } from "./contract/function-contract.ts";

/** An event on the bus about one installation, as a subscriber receives it from EventBridge. */
export const BusEvent = v.object({
  source: v.literal("grantkeep"),
  "detail-type": v.picklist([
    "installation.created",
    "installation.reinstalled",
    "installation.rebound",
    "installation.unclaimed",
    "installation.permissions_changed",
    "installation.suspended",
    "installation.unsuspended",
    "installation.uninstalled",
    "installation.reauthorization_required",
  ]),
  time: IsoTimestamp,
  detail: v.object({
    event_id: v.pipe(v.string(), v.regex(/^evt-[0-9a-f]{32}$/)),
    installation_id: InstallationId,
    platform: Platform,
    organization_id: OrganizationId,
    organization_name: v.string(),
    occurred_at: IsoTimestamp,
    reason: v.optional(v.string()),
    installer_changed: v.optional(v.boolean()),
    previous_installation_id: v.optional(InstallationId),
    requested_by: v.optional(v.string()),
    approved_by: v.optional(v.string()),
    grant_ends_at: v.nullable(IsoTimestamp),
    has_shared_account: v.optional(v.boolean()),
  }),
});
export type BusEvent = v.InferOutput<typeof BusEvent>;

export const busEventFields = {
  source: "Always `grantkeep`.",
  "detail-type": "The type of the event.",
  time: "When the event occurred.",
  detail: "The installation, without tokens and metadata.",
  "detail.event_id":
    "The id of the event. An event may be delivered more than once, with the same id: drop the repeats.",
  "detail.installation_id": "The id of the installation, with which a bot looks up its token.",
  "detail.platform": "The platform of the installation.",
  "detail.organization_id": "The platform's own id of the organization.",
  "detail.organization_name": "The name of the organization.",
  "detail.occurred_at": "When the event occurred.",
  "detail.reason":
    "Why the installation ended: the platform's error code, `token_expired`, `suspended`, `uninstalled` or `deleted`. Only in `installation.suspended`, `installation.uninstalled` and `installation.reauthorization_required`.",
  "detail.installer_changed":
    "Whether another person has installed the bot than before. Only in `installation.reinstalled`.",
  "detail.previous_installation_id":
    "The id of the installation that was replaced and does not exist any more. Only in `installation.rebound`.",
  "detail.requested_by":
    "The member who requested the GitHub App. Only in `installation.created`, after a request.",
  "detail.approved_by":
    "The owner who approved the request. Only in `installation.created`, after a request.",
  "detail.grant_ends_at":
    "In `installation.reauthorization_required`: when the grant ends, if its last access token is still valid. Until then, lookups return that token. Otherwise `null`: no token is returned any more.",
  "detail.has_shared_account":
    "Whether the person who installed the bot has also installed it for another organization, whose data the token then reaches too. Only Jira tokens act as a person. Only in `installation.created` and `installation.reinstalled`.",
} as const satisfies FieldTexts;

interface BusEventText {
  readonly summary: string;
  readonly example: BusEvent;
}

const detail = {
  event_id: "evt-0197a1b2c3d47e8f9a0b1c2d3e4f5a6c",
  installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
  platform: "slack",
  organization_id: "T0ACME",
  organization_name: "Acme",
  occurred_at: "2026-11-22T12:00:00.000Z",
  grant_ends_at: null,
} as const;
const installed = { ...detail, has_shared_account: false } as const;
const event = { source: "grantkeep", time: detail.occurred_at } as const;

/** Each type of event: when it is published, and an example. */
export const busEventTypes: Readonly<Record<BusEvent["detail-type"], BusEventText>> = {
  "installation.created": {
    summary:
      "An organization installed the bot for the first time, or `POST /installations` was called.",
    example: { ...event, "detail-type": "installation.created", detail: installed },
  },
  "installation.reinstalled": {
    summary: "An organization installed the bot again. Its tokens were replaced.",
    example: {
      ...event,
      "detail-type": "installation.reinstalled",
      detail: { ...installed, installer_changed: false },
    },
  },
  "installation.rebound": {
    summary:
      "An install link of another customer replaced the installation of an organization with a new one, with a new id and a new webhook secret: the grant had ended, or the link was made with `on_conflict: replace`.",
    example: {
      ...event,
      "detail-type": "installation.rebound",
      detail: {
        ...installed,
        previous_installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6a",
      },
    },
  },
  "installation.unclaimed": {
    summary:
      "The GitHub App was installed 15 minutes ago, on GitHub itself or by the API, and no owner has connected it. `installation.created` follows when an owner does.",
    example: {
      ...event,
      "detail-type": "installation.unclaimed",
      detail: { ...detail, platform: "github", organization_id: "67890" },
    },
  },
  "installation.permissions_changed": {
    summary:
      "The organization granted other scopes or permissions than before: it accepted new permissions of the GitHub App, installed the bot again, or a refresh returned other scopes. Look up the token for `missing_scopes` and `missing_permissions`.",
    example: {
      ...event,
      "detail-type": "installation.permissions_changed",
      detail: { ...detail, platform: "github", organization_id: "67890" },
    },
  },
  "installation.suspended": {
    summary:
      "An owner of the organization suspended the GitHub App. No token is returned until `installation.unsuspended`.",
    example: {
      ...event,
      "detail-type": "installation.suspended",
      detail: { ...detail, platform: "github", organization_id: "67890", reason: "suspended" },
    },
  },
  "installation.unsuspended": {
    summary: "The suspension of the GitHub App was lifted. The next lookup returns a new token.",
    example: {
      ...event,
      "detail-type": "installation.unsuspended",
      detail: { ...detail, platform: "github", organization_id: "67890" },
    },
  },
  "installation.uninstalled": {
    summary:
      "The platform reported that the bot was uninstalled, or an operator deleted the installation.",
    example: {
      ...event,
      "detail-type": "installation.uninstalled",
      detail: { ...detail, reason: "uninstalled" },
    },
  },
  "installation.reauthorization_required": {
    summary:
      "The grant was revoked, has expired, or ends at `grant_ends_at`. The organization has to install the bot again.",
    example: {
      ...event,
      "detail-type": "installation.reauthorization_required",
      detail: { ...detail, reason: "invalid_refresh_token" },
    },
  },
};
