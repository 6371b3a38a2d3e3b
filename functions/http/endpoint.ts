import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { HANDLER_RESERVE_MS } from "../../core/deadlines.ts";
import { ServiceError, toServiceError } from "../../core/errors.ts";
import { traced } from "../../core/request-trace.ts";
import { eventsSent } from "../environment/installation-events.ts";
import { type LogFields, log } from "../environment/log.ts";
import { count } from "../environment/metrics.ts";
import type { HttpEvent } from "./event.ts";
import { errorJson, prefersJson, type Reply } from "./reply.ts";

interface Options {
  /** Returns the error page, on a route that browsers request. Programs receive JSON on every route. */
  readonly failurePage?: (error: ServiceError, event: HttpEvent) => Promise<Reply>;
  /** How long before Lambda's timeout the request fails. */
  readonly reserveMs?: number;
}

/**
 * Creates the Lambda handler of a route. It returns every failure as an error response and writes one log line
 * for each request.
 */
export function endpoint(
  handle: (event: HttpEvent, context: Context) => Promise<Reply>,
  { failurePage, reserveMs = HANDLER_RESERVE_MS }: Options = {},
): (event: HttpEvent, context: Context) => Promise<Reply> {
  const respond = middy<HttpEvent, Reply>({
    timeoutEarlyInMillis: reserveMs,
    timeoutEarlyResponse: () => {
      throw new ServiceError("retry_later", "The request took too long. Try again.", {
        reason: "deadline",
      });
    },
  })
    .use({
      // After the early timeout is cleared, so that a slow bus does not shorten the time of an install.
      after: async ({ event, response }) => {
        logReply(event, response);
        await eventsSent();
      },
      onError: async (request) => {
        const error = toServiceError(request.error);
        const toReply = failurePage && !prefersJson(request.event) ? failurePage : errorJson;
        const reply = withoutBody(request.event, await toReply(error, request.event));
        request.response = reply;
        logReply(request.event, reply, error);
        await eventsSent();
      },
    })
    .handler(async (event, context) => withoutBody(event, await handle(event, context)));
  return (event, context) =>
    traced({ requestId: event.requestContext.requestId }, () => respond(event, context));
}

/** Returns the response to HEAD: the status and the headers of GET. */
function withoutBody({ requestContext }: HttpEvent, reply: Reply): Reply {
  return requestContext.http.method === "HEAD" ? { ...reply, body: "" } : reply;
}

/**
 * Logs what an operator changed, without values. The access log names the caller of the same request.
 */
export function logChange(
  event: HttpEvent,
  change: "created" | "updated" | "deleted" | "checked",
  fields: Pick<LogFields, "installation_id" | "changed" | "revocation" | "error">,
): void {
  log(change, { ...identify(event), ...fields });
}

/** Logs a failure that is returned as a redirect or a page, and not thrown. */
export function logFailure(event: HttpEvent, { code, reason }: ServiceError): void {
  log("failure", { ...identify(event), error: code, reason });
}

function logReply(event: HttpEvent, reply: Reply | null | undefined, error?: ServiceError): void {
  const status = reply?.statusCode ?? 200;
  if (error) count("Failures", { code: error.code });
  log("request", {
    ...identify(event),
    status,
    ...(error && { error: error.code, reason: error.reason }),
  });
}

function identify({ routeKey }: HttpEvent) {
  return { route: routeKey };
}
