import type { MiddlewareHandler } from "hono";
import { type EmulatorEnv, jsonResponse, type RequestContext } from "../http.ts";
import { identify } from "./bearer.ts";
import type { GithubContext } from "./context.ts";
import type { Quota } from "./rate-limits.ts";

const LIMIT = 5000;

/**
 * Counts each request and adds the headers. The limit is not enforced, so `remaining` never falls to 0,
 * which clients take for a refusal.
 *
 * @see [Rate limits](https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api)
 */
export function countRequests(github: GithubContext): MiddlewareHandler<EmulatorEnv> {
  return async (c, next) => {
    const quota = github.rateLimits.count(keyOf(github, c));
    await next();
    const resource = c.req.path.endsWith("/graphql") ? "graphql" : "core";
    const { limit, remaining, reset, used } = toWire(github, quota);
    const headers = { limit, remaining, reset, used, resource };
    for (const [name, value] of Object.entries(headers)) {
      c.header(`x-ratelimit-${name}`, String(value));
    }
  };
}

/** Handles `GET /rate_limit`. */
export function showRateLimit(github: GithubContext, c: RequestContext): Response {
  const rate = toWire(github, github.rateLimits.get(keyOf(github, c)));
  return jsonResponse(200, { resources: { core: rate, graphql: rate }, rate });
}

/** All tokens of one user or of one installation share a limit. */
function keyOf(github: GithubContext, c: RequestContext): string {
  const bearer = identify(github, c);
  if (bearer.kind === "user") return `user ${bearer.tokens.subject}`;
  return bearer.kind === "installation" ? `installation ${bearer.installation.id}` : "other";
}

function toWire({ clock }: GithubContext, { used, resetsAt }: Quota) {
  const reset = Math.floor(clock.toRealDate(resetsAt).getTime() / 1000);
  return { limit: LIMIT, used, remaining: Math.max(1, LIMIT - used), reset };
}
