import { NoQuery } from "../request.ts";
import { InstallationCounts } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

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
