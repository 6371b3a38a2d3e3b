import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { MiddlewareHandler } from "hono";
import { applyFault, sendOutcome } from "./apply-fault.ts";
import type { FaultQueue } from "./faults.ts";
import type { EmulatorEnv } from "./http.ts";
import type { PlatformName } from "./platforms.ts";
import type { RequestLog } from "./request-log.ts";
import type { EmulatorState } from "./state.ts";

/** The dependencies of the middleware. */
export interface RequestDeps {
  readonly state: EmulatorState;
  readonly faults: FaultQueue;
  readonly requestLog: RequestLog;
}

/** Creates the middleware that logs the requests to a platform and applies faults to them. */
export function handlePlatformRequests(
  platform: PlatformName,
  { state, faults, requestLog }: RequestDeps,
): MiddlewareHandler<EmulatorEnv> {
  return async (c, next) => {
    const { method, url } = c.req;
    const path = new URL(url).pathname.slice(`/${platform}`.length) || "/";
    const setStatus = requestLog.add({ platform, method, path });

    async function respond(): Promise<Response> {
      await next();
      c.header("cache-control", "no-store");
      // A token that a client holds must survive a restart, so it is on disk before it is sent.
      await state.flush();
      return c.res;
    }

    const rule = faults.take(platform, method, path);
    const outcome = rule ? await applyFault(rule, respond) : await respond();
    if (typeof outcome === "object") setStatus(outcome.status);
    if (outcome instanceof Response) return;

    await sendOutcome(c.env.outgoing, outcome);
    c.res = RESPONSE_ALREADY_SENT;
  };
}
