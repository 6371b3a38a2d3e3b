import * as v from "valibot";
import { suffer } from "./apply-fault.ts";
import type { Control } from "./control.ts";
import { handleControl } from "./control-api.ts";
import type { Faults } from "./faults.ts";
import { type Outcome, type PlatformRequest, plain, type Reply } from "./http.ts";
import { type Platform, PlatformName } from "./platform.ts";
import type { RequestLog } from "./request-log.ts";
import type { State } from "./state.ts";

/** All that a request can reach. */
export interface DispatchDeps {
  readonly platforms: Readonly<Partial<Record<PlatformName, Platform>>>;
  readonly state: State;
  readonly faults: Faults;
  readonly requestLog: RequestLog;
  readonly control: Control;
}

/** Hands a request to the platform, or to the control API, that its first path segment names. */
export async function dispatch(deps: DispatchDeps, request: PlatformRequest): Promise<Outcome> {
  const [, segment, path = "/"] = /^\/([^/]*)(\/.*)?$/.exec(request.path) ?? [];
  const inner = { ...request, path };

  if (segment === "_control") return handleControl(deps.control, inner);
  const name = v.is(PlatformName, segment) ? segment : undefined;
  const platform = name && deps.platforms[name];
  if (name && platform) return visit(deps, { name, platform }, inner);
  return plain(404, "No such platform. GET /_control says what can be done here.\n");
}

async function visit(
  { state, faults, requestLog }: DispatchDeps,
  { name, platform }: { name: PlatformName; platform: Platform },
  request: PlatformRequest,
): Promise<Outcome> {
  const { method, path } = request;
  const noteStatus = requestLog.note({ platform: name, method, path });

  async function respond(): Promise<Reply> {
    const reply = platform.handle(request);
    // A token that somebody holds must outlive a restart, so it is on disk before it is handed out.
    await state.saved();
    return reply;
  }

  const rule = faults.take(name, method, path);
  const outcome = rule ? await suffer(rule, respond) : await respond();
  if (typeof outcome === "object") noteStatus(outcome.status);
  return outcome;
}
