import * as v from "valibot";
import { InstallationId } from "../../../core/installation.ts";
import { NoQuery } from "../request.ts";
import { CheckInstallationQuery } from "../requests/check-installation.ts";
import { GithubInventoryQuery } from "../requests/github-inventory.ts";
import { Activity, GithubInventory, InstallationChecked } from "../responses/operations.ts";
import { InstallationCounts } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

const ID = "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b";

const idPath = {
  schema: v.object({ id: InstallationId }),
  fields: { id: "The id of the installation." },
};
const noQuery = { schema: NoQuery, fields: {} };

export const countInstallations = {
  summary:
    "Returns how many installations each platform has in each state. The sweep counts them every hour.",
  query: noQuery,
  responses: {
    200: {
      summary: "The counts. A platform and a state without installations are left out.",
      json: {
        schema: InstallationCounts,
        fields: {
          counted_at: "When they were counted, or `null` before the first sweep.",
          counts: "The counts.",
          "counts[].platform": "The platform.",
          "counts[].state":
            "`active`, an `inactive_reason`, or `has_error`: those of any state with a `last_refresh_error`.",
          "counts[].count": "The number of installations.",
        },
      },
    },
  },
  errors: ["invalid_request", "retry_later"],
  example: {
    path: "/installations/counts",
    response: {
      status: 200,
      json: {
        counted_at: "2026-11-22T12:00:00.000Z",
        counts: [
          { platform: "slack", state: "active", count: 120 },
          { platform: "slack", state: "suspended", count: 2 },
          { platform: "slack", state: "has_error", count: 1 },
        ],
      },
    },
  },
} as const satisfies RouteContract;

export const readActivity = {
  summary:
    "Returns what is known to have happened to an installation, newest first: the last time of each kind, and at most 50 webhooks of the last seven days.",
  path: idPath,
  query: noQuery,
  responses: {
    200: {
      summary: "The activity.",
      json: {
        schema: Activity,
        fields: {
          items: "What happened.",
          "items[].type":
            "`installed`; `refreshed`: its tokens were; `looked_up`: a token was, within an hour; `rejected`: a caller reported that the platform rejects a token, which was checked or replaced; `deactivated`; `webhook`.",
          "items[].at":
            "When. For `deactivated`, at the latest: when the installation was last changed.",
          "items[].by": "Who installed the bot, or `null`.",
          "items[].reason": "The `inactive_reason` of `deactivated`, or `null`.",
          "items[].event": "The platform's name of the event of a `webhook`, or `null`.",
          "items[].delivery_id":
            "The id of the delivery of a `webhook`, as its event has it, or `null`.",
          "items[].handed_over": "Whether a `webhook` was put on the event bus, or `null`.",
        },
      },
    },
  },
  errors: ["invalid_request", "installation_not_found", "retry_later"],
  example: {
    path: `/installations/${ID}/activity`,
    response: {
      status: 200,
      json: {
        items: [
          {
            type: "webhook",
            at: "2026-11-23T14:02:00.000Z",
            by: null,
            reason: null,
            event: "issues",
            delivery_id: "github:72d3162e-cc78-11e3-81ab-4c9367dc0958",
            handed_over: true,
          },
          {
            type: "installed",
            at: "2026-11-22T12:00:00.000Z",
            by: "mona",
            reason: null,
            event: null,
            delivery_id: null,
            handed_over: null,
          },
        ],
      },
    },
  },
} as const satisfies RouteContract;

export const checkInstallation = {
  summary:
    "Asks the platform about one installation, and stores what it reports. Reactivates an installation that ended by mistake.",
  path: idPath,
  query: {
    schema: CheckInstallationQuery,
    fields: { dry_run: "`true` changes nothing." },
  },
  responses: {
    200: {
      summary: "The status at the platform.",
      json: {
        schema: InstallationChecked,
        fields: {
          dry_run: "Whether nothing was changed.",
          stored: "The status that was stored: `active`, or the `inactive_reason`.",
          found:
            "The status at the platform, or the error code for which it could not be requested. `not_asked`: it needs a refreshed token, and a dry run refreshes none.",
          changed:
            "Whether the two differ. The status of the platform is stored then, unless `dry_run`.",
        },
      },
    },
  },
  errors: ["invalid_request", "installation_not_found", "retry_later"],
  example: {
    path: `/installations/${ID}/health-check`,
    response: {
      status: 200,
      json: { dry_run: false, stored: "active", found: "uninstalled", changed: true },
    },
  },
} as const satisfies RouteContract;

export const readGithubInventory = {
  summary:
    "Compares a hundred installations of the GitHub App at GitHub with those that are stored. Returns the ones that nobody has connected, and the open requests of members.",
  query: {
    schema: GithubInventoryQuery,
    fields: { page: "The page, from 1." },
  },
  responses: {
    200: {
      summary: "The page.",
      json: {
        schema: GithubInventory,
        fields: {
          unclaimed:
            "The installations of the App that nobody has connected. A page can have none.",
          "unclaimed[].provider_installation_id": "GitHub's id of the App installation.",
          "unclaimed[].organization_id": "GitHub's id of the account.",
          "unclaimed[].organization_name": "The login of the account.",
          "unclaimed[].suspended": "Whether the installation is suspended.",
          "unclaimed[].created_at": "When the App was installed, or `null`.",
          "unclaimed[].installation_id":
            "The id of the installation that is stored for it as `unclaimed`, or `null`.",
          requests: "The open requests of members, at most a thousand. Only on page 1.",
          "requests[].organization_id":
            "GitHub's id of the account that the App was requested for.",
          "requests[].organization_name": "Its login.",
          "requests[].requested_by": "The login of the member.",
          "requests[].requested_by_id": "GitHub's id of the member.",
          "requests[].created_at": "When the App was requested.",
          next_page: "The next page, or `null` on the last one.",
        },
      },
    },
  },
  errors: [
    "invalid_request",
    "platform_not_configured",
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "retry_later",
  ],
  example: {
    path: "/github/inventory",
    response: {
      status: 200,
      json: {
        unclaimed: [
          {
            provider_installation_id: "48212345",
            organization_id: "9919",
            organization_name: "octo-org",
            suspended: false,
            created_at: "2026-11-22T12:00:00.000Z",
            installation_id: ID,
          },
        ],
        requests: [
          {
            organization_id: "9920",
            organization_name: "octo-labs",
            requested_by: "mona",
            requested_by_id: "583231",
            created_at: "2026-11-22T12:00:00.000Z",
          },
        ],
        next_page: null,
      },
    },
  },
} as const satisfies RouteContract;
