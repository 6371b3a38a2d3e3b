import * as v from "valibot";
import { InstallationId } from "../../../core/installation.ts";
import { NoQuery } from "../request.ts";
import { CreateInstallationBody } from "../requests/create-installation.ts";
import { DeleteInstallationQuery } from "../requests/delete-installation.ts";
import { ListInstallationsQuery } from "../requests/list-installations.ts";
import { UpdateInstallationBody } from "../requests/update-installation.ts";
import { InstallationDeleted, InstallationItem, InstallationPage } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

const ID = "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b";

const idPath = {
  schema: v.object({ id: InstallationId }),
  fields: { id: "The id of the installation." },
};
const noQuery = { schema: NoQuery, fields: {} };

const itemFields = {
  id: "The id of the installation.",
  platform: "The platform.",
  organization_id: "The platform's own id of the organization.",
  organization_name: "The name of the organization.",
  kind: "The kind of app that the tokens belong to.",
  provider_installation_id: "GitHub's id of the App installation, or `null`.",
  scopes: "The scopes that the platform granted.",
  missing_scopes:
    "The scopes that an install requests by the present configuration and that the grant lacks: the organization has to install the bot again. Empty if the granted scopes are not known.",
  permissions:
    "The permissions that the organization granted to a GitHub App, such as `contents: write`. Empty if they are not known, and for any other kind of app.",
  missing_permissions:
    "The permissions of the present configuration that the organization has not granted: an owner has to accept them at GitHub. Empty if the granted permissions are not known.",
  metadata: "The metadata of the install link or of `POST /installations`.",
  is_active: "Whether tokens of the installation can be looked up.",
  inactive_reason: "Why the installation is inactive, or `null`.",
  has_refresh_token: "Whether a refresh token is stored.",
  token_expires_at: "When the access token expires, or `null` if it does not expire.",
  refresh_token_expires_at: "When the refresh token expires, or `null` if that is not known.",
  grant_ends_at:
    "When the access token expires, after which the organization has to install the bot again, because the refresh token is lost. Otherwise `null`.",
  last_refreshed_at: "When the tokens were last refreshed, or `null`.",
  last_refresh_error: "The error code of the last refresh if it failed, or `null`.",
  installed_at: "When the bot was installed.",
  installed_by: "The person who installed the bot.",
  installed_by_id: "The platform's own id of the person who installed the bot, or `null`.",
  requested_by: "The member who requested the GitHub App, or `null`.",
  approved_by: "The owner who approved the request, or `null`.",
  has_shared_account:
    "Whether the person who installed the bot has also installed it for another organization, whose data the token then reaches too. Only Jira tokens act as a person.",
  last_looked_up_at:
    "When a token of the installation was last looked up, within an hour, or `null` if that is not known.",
  updated_at: "When the installation was last changed.",
};
const item = { schema: InstallationItem, fields: itemFields };

const exampleItem = {
  id: ID,
  platform: "slack",
  organization_id: "T0ACME",
  organization_name: "Acme",
  kind: "slack_bot",
  provider_installation_id: null,
  scopes: ["chat:write"],
  missing_scopes: [],
  permissions: {},
  missing_permissions: {},
  metadata: { plan: "pro" },
  is_active: true,
  inactive_reason: null,
  has_refresh_token: true,
  token_expires_at: "2026-11-23T00:00:00.000Z",
  refresh_token_expires_at: null,
  grant_ends_at: null,
  last_refreshed_at: null,
  last_refresh_error: null,
  installed_at: "2026-11-22T12:00:00.000Z",
  installed_by: "mona",
  installed_by_id: "U0MONA",
  requested_by: null,
  approved_by: null,
  has_shared_account: false,
  last_looked_up_at: null,
  updated_at: "2026-11-22T12:00:00.000Z",
} as const;

export const createInstallation = {
  summary:
    "Creates an installation from tokens that the caller has, or from the id of a GitHub App installation.",
  query: noQuery,
  json: {
    schema: CreateInstallationBody,
    fields: {
      platform: "The platform.",
      organization_id: "The platform's own id of the organization.",
      organization_name: "The name of the organization.",
      access_token: "The access token. Required, unless `provider_installation_id` is given.",
      installed_by: "The person who installed the bot, such as a login or an e-mail address.",
      refresh_token: "The refresh token.",
      token_expires_at:
        "When the access token expires. If it is missing, the token does not expire.",
      scopes: "The scopes that the platform granted.",
      webhook_secret:
        "The secret of the installation's own webhooks, with 16 to 255 characters. Generated if it is missing.",
      metadata: "A JSON object of at most 4 KB that is stored with the installation.",
      provider_installation_id: "GitHub's id of the App installation.",
    },
  },
  responses: { 201: { summary: "The installation.", json: item } },
  errors: [
    "invalid_request",
    "installation_not_verified",
    "duplicate_installation",
    "too_large",
    "unsupported_media_type",
    "platform_not_configured",
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "retry_later",
  ],
  example: {
    path: "/installations",
    json: {
      platform: "slack",
      organization_id: "T0ACME",
      organization_name: "Acme",
      access_token: "xoxe.xoxb-…",
      refresh_token: "xoxe-1-…",
      token_expires_at: "2026-11-23T00:00:00Z",
      scopes: ["chat:write"],
      metadata: { plan: "pro" },
      installed_by: "mona",
    },
    response: { status: 201, json: { ...exampleItem, installed_by_id: null } },
  },
} as const satisfies RouteContract;

export const listInstallations = {
  summary: "Returns a page of installations, newest first, or sorted by name with `q`.",
  query: {
    schema: ListInstallationsQuery,
    fields: {
      platform: "Only installations on this platform.",
      organization_id: "Only installations of this organization.",
      is_active: "Only active (`true`) or inactive (`false`) installations.",
      q: "Only installations of organizations whose name starts with this text, and of the one whose id, or GitHub's id of whose installation, is this text. Upper and lower case, and accents, make no difference. The list is sorted by name.",
      customer:
        "Only installations of this customer: those with this value of the metadata key that [`customerKey`](configuration.md) names.",
      inactive_reason: "Only installations that are inactive for this reason.",
      has_error: "`true`: only installations with a `last_refresh_error`.",
      installed_after:
        "Only installations that were installed after this time. The list is sorted by the time of the install.",
      missing:
        "`true`: only installations with `missing_scopes` or `missing_permissions`, by the present configuration.",
      limit: "The maximum number of installations on the page, from 1 to 100.",
      cursor:
        "The `next_cursor` of the previous response, to continue with the next page. The other parameters must be the same.",
    },
  },
  responses: {
    200: {
      summary: "The page.",
      json: {
        schema: InstallationPage,
        fields: {
          items: "The installations.",
          ...Object.fromEntries(
            Object.entries(itemFields).map(([name, text]) => [`items[].${name}`, text]),
          ),
          next_cursor: "The value of `cursor` for the next page, or `null` on the last page.",
          has_unknown:
            "Only with `missing=true`: whether the list leaves out active installations, because their scopes or permissions are not known. And with `q`: whether it may leave out some, because the sweep has not yet stored how they are found since an upgrade.",
        },
      },
    },
  },
  errors: ["invalid_request", "retry_later"],
  example: {
    path: "/installations?platform=slack&limit=1",
    response: { status: 200, json: { items: [exampleItem], next_cursor: "v1.k1.…" } },
  },
} as const satisfies RouteContract;

export const getInstallation = {
  summary: "Returns an installation.",
  path: idPath,
  query: noQuery,
  responses: { 200: { summary: "The installation.", json: item } },
  errors: ["invalid_request", "installation_not_found", "retry_later"],
  example: { path: `/installations/${ID}`, response: { status: 200, json: exampleItem } },
} as const satisfies RouteContract;

export const updateInstallation = {
  summary: "Updates the given fields of an installation.",
  path: idPath,
  query: noQuery,
  json: {
    schema: UpdateInstallationBody,
    fields: {
      organization_name: "The name of the organization.",
      access_token: "The access token.",
      refresh_token: "The refresh token. `null` deletes it.",
      token_expires_at: "When the access token expires. `null` means that it does not expire.",
      scopes: "The scopes that the platform granted.",
      webhook_secret: "The secret of the installation's own webhooks, with 16 to 255 characters.",
      metadata: "A JSON object of at most 4 KB. Replaces all of the stored metadata.",
      is_active:
        "`false` disables the installation. `true` activates it, whatever made it inactive.",
    },
  },
  responses: { 200: { summary: "The updated installation.", json: item } },
  errors: [
    "invalid_request",
    "installation_not_found",
    "too_large",
    "unsupported_media_type",
    "retry_later",
  ],
  example: {
    path: `/installations/${ID}`,
    json: { is_active: false },
    response: {
      status: 200,
      json: { ...exampleItem, is_active: false, inactive_reason: "disabled" },
    },
  },
} as const satisfies RouteContract;

export const deleteInstallation = {
  summary:
    "Revokes the bot's access at the platform and deletes the installation, even if the revocation fails. An install in the meantime is not deleted: `retry_later`.",
  path: idPath,
  query: {
    schema: DeleteInstallationQuery,
    fields: { revoke: "`false` deletes the installation without a call to the platform." },
  },
  responses: {
    200: {
      summary: "The installation was deleted.",
      json: {
        schema: InstallationDeleted,
        fields: {
          revocation:
            "`done`; `failed`: the bot may still have access at the platform; `not_supported`: the platform has no endpoint for it; `skipped`: with `revoke=false`.",
        },
      },
    },
  },
  errors: ["invalid_request", "installation_not_found", "retry_later"],
  example: {
    path: `/installations/${ID}`,
    response: { status: 200, json: { revocation: "done" } },
  },
} as const satisfies RouteContract;
