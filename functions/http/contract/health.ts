import { Health } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

export const health = {
  summary:
    "Reports that the API responds, for a monitor. Uses neither the database nor a platform.",
  responses: {
    200: {
      summary: "The API responds.",
      json: { schema: Health, fields: { status: "Always `ok`." } },
    },
  },
  errors: [],
  example: { response: { status: 200, json: { status: "ok" } } },
} as const satisfies RouteContract;
