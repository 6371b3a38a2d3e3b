import * as v from "valibot";
import { InstallLinkId } from "../../../core/ports/install-links.ts";
import { NoQuery } from "../request.ts";
import { InstallLinkBody } from "../requests/install-link.ts";
import { ListInstallLinksQuery } from "../requests/list-install-links.ts";
import { InstallLinkCreated, InstallLinkItem, InstallLinkPage } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

const ID = "link-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b";

const idPath = {
  schema: v.object({ id: InstallLinkId }),
  fields: { id: "The id of the link." },
};
const noQuery = { schema: NoQuery, fields: {} };

const itemFields = {
  id: "The id of the link.",
  platform: "The platform to install the bot on.",
  redirect_uri: "Where the browser is sent after the install, or `null`.",
  metadata: "The metadata that is stored with the installation.",
  installation_id: "The only installation that the link may change, or `null`.",
  on_conflict: "`replace` if the link may take the installation of another customer.",
  status: "`open`: the link can be used.",
  created_at: "When the link was created.",
  expires_at: "When the link expires.",
  ended_at: "When an operator ended the link, or `null`.",
  used_at: "When an install was completed with the link, or `null`.",
  used_by: "The id of the installation that was stored with the link, or `null`.",
};
const item = { schema: InstallLinkItem, fields: itemFields };

const exampleItem = {
  id: ID,
  platform: "slack",
  redirect_uri: null,
  metadata: { customer: "c-1", display_name: "Acme" },
  installation_id: null,
  on_conflict: "refuse",
  status: "used",
  created_at: "2026-11-22T12:00:00.000Z",
  expires_at: "2026-11-29T12:00:00.000Z",
  ended_at: null,
  used_at: "2026-11-23T09:30:00.000Z",
  used_by: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
} as const;

export const createInstallLink = {
  summary: "Creates a link with which one organization can install the bot once.",
  query: noQuery,
  json: {
    schema: InstallLinkBody,
    fields: {
      platform: "The platform to install the bot on.",
      redirect_uri:
        "Where the browser is sent after the install. Must be one of `ALLOWED_REDIRECT_URIS`.",
      metadata:
        "At most 16 pairs of strings and 512 bytes, with keys of `a-z`, `0-9` and `_`. Stored with the installation. `display_name` is shown to the person who installs.",
      installation_id:
        "Makes a reconnect link: it changes only this installation, and fails for any other organization.",
      on_conflict:
        "If the organization has an installation that belongs to another customer: `refuse` the install, or `replace` that installation with a new one.",
      expires_in: "The number of seconds after which the link expires.",
    },
  },
  responses: {
    201: {
      summary: "The link.",
      json: {
        schema: InstallLinkCreated,
        fields: {
          id: "The id of the link.",
          url: "The URL to send to the customer.",
          expires_at: "When the link expires.",
        },
      },
    },
  },
  errors: [
    "invalid_request",
    "invalid_redirect_uri",
    "installation_not_found",
    "platform_not_configured",
    "too_large",
    "unsupported_media_type",
    "retry_later",
  ],
  example: {
    json: { platform: "slack", metadata: { display_name: "Acme" }, expires_in: 604800 },
    response: {
      status: 201,
      json: {
        id: ID,
        url: "https://grants.example.com/?link=v1.k1.…",
        expires_at: "2026-11-29T12:00:00.000Z",
      },
    },
  },
} as const satisfies RouteContract;

export const listInstallLinks = {
  summary: "Returns a page of install links, newest first.",
  query: {
    schema: ListInstallLinksQuery,
    fields: {
      link: "The parameter `link` of the URL of a link. The page has this link only, also if it cannot be used any more. Cannot be combined with `limit` or `cursor`.",
      limit: "The number of links on the page.",
      cursor: "The `next_cursor` of the page before.",
    },
  },
  responses: {
    200: {
      summary: "The page. Each link is as `GET /install-links/{id}` returns it.",
      json: {
        schema: InstallLinkPage,
        fields: {
          items: "The links.",
          next_cursor: "The cursor of the next page, or `null` at the end.",
          ...Object.fromEntries(
            Object.entries(itemFields).map(([name, text]) => [`items[].${name}`, text]),
          ),
        },
      },
    },
  },
  errors: [
    "invalid_request",
    "invalid_state",
    "install_link_not_found",
    "decryption_failed",
    "retry_later",
  ],
  example: {
    path: "/install-links?limit=1",
    response: { status: 200, json: { items: [exampleItem], next_cursor: null } },
  },
} as const satisfies RouteContract;

export const getInstallLink = {
  summary: "Returns an install link, which shows whether it was used.",
  path: idPath,
  query: noQuery,
  responses: { 200: { summary: "The link.", json: item } },
  errors: ["invalid_request", "install_link_not_found", "decryption_failed", "retry_later"],
  example: { path: `/install-links/${ID}`, response: { status: 200, json: exampleItem } },
} as const satisfies RouteContract;

export const endInstallLink = {
  summary: "Ends an install link: it cannot be used any more.",
  path: idPath,
  query: noQuery,
  responses: { 200: { summary: "The link.", json: item } },
  errors: ["invalid_request", "install_link_not_found", "decryption_failed", "retry_later"],
  example: {
    path: `/install-links/${ID}`,
    response: {
      status: 200,
      json: {
        ...exampleItem,
        status: "ended",
        ended_at: "2026-11-23T09:30:00.000Z",
        used_at: null,
        used_by: null,
      },
    },
  },
} as const satisfies RouteContract;
