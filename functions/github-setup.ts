import { setUp } from "../core/install/setup.ts";
import { authorizeDeps } from "./dependencies.ts";
import { endpoint } from "./http.ts";
import { errorHtml } from "./reply.ts";
import { readQuery } from "./request.ts";
import { setupReply } from "./setup-reply.ts";

const deps = await authorizeDeps();

/** `GET /oauth/github/setup` */
export const handler = endpoint(
  async (event) => {
    const { cookies = [] } = event;
    const parameters = readQuery(event);
    return setupReply(event, await setUp(deps, { platform: "github", parameters, cookies }));
  },
  { failurePage: errorHtml },
);
