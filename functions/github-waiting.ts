import { checkRequest } from "../core/install/check-request.ts";
import { endpoint } from "./http/endpoint.ts";
import { failurePage } from "./http/reply.ts";
import { parsePageQuery } from "./http/request.ts";
import { WaitingQuery } from "./http/requests/waiting.ts";
import { waitingReply } from "./http/waiting-reply.ts";
import { checkRequestDeps } from "./wiring/approval.ts";
import { pageViews } from "./wiring/dependencies.ts";

const deps = await checkRequestDeps();
const views = pageViews();

/** `GET /oauth/github/waiting` */
export const handler = endpoint(
  async (event) => {
    const { request: id } = parsePageQuery(WaitingQuery, event);
    return waitingReply(event, await checkRequest(deps, id), views);
  },
  { failurePage: failurePage(views) },
);
