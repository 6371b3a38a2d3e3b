import { createCodes } from "../codes.ts";
import { type PlatformRequest, plain, type Reply } from "../http.ts";
import type { Platform, PlatformTools } from "../platform.ts";
import { type PlatformRoute, route } from "../router.ts";
import { answerTokenRequest } from "./access-token.ts";
import { accountOf } from "./accounts.ts";
import { applicationRoutes } from "./applications-api.ts";
import { authorize, decide } from "./authorize.ts";
import type { GithubContext } from "./context.ts";
import { restError } from "./errors.ts";
import type { GithubRegistration } from "./registration.ts";
import { tokensOf } from "./tokens.ts";
import { userRoutes } from "./user-api.ts";

/** GitHub's codes live this long, and so does our consent form. */
const FLOW_LIFETIME_SECONDS = 600;

const DEFAULTS = {
  appName: "Grantkeep",
  tokenLifetimeSeconds: null,
  sendsIssuer: true,
  tokensPerUserAndScopes: 10,
};

/** GitHub with one OAuth App: the web flow at the root, the REST API under `/api`. */
export function createGithub(registration: GithubRegistration, tools: PlatformTools): Platform {
  const github: GithubContext = {
    ...tools,
    registration: { ...DEFAULTS, ...registration },
    pending: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
    codes: createCodes(tools.clock, FLOW_LIFETIME_SECONDS),
  };
  const routes = githubRoutes(github);

  return {
    handle: (request) =>
      refuseNamelessClient(request) ?? route(routes, request) ?? restError(404, "Not Found"),

    revoke(login) {
      const granted = tokensOf(github, accountOf(login).login);
      for (const tokens of granted) github.tokens.remove(tokens);
      return granted.length;
    },

    forgetFlows() {
      github.pending.clear();
      github.codes.clear();
    },
  };
}

function githubRoutes(github: GithubContext): PlatformRoute<Reply>[] {
  return [
    {
      method: "GET",
      path: "/login/oauth/authorize",
      handle: (request) => authorize(github, request),
    },
    {
      method: "POST",
      path: "/login/oauth/authorize",
      handle: (request) => decide(github, request),
    },
    {
      method: "POST",
      path: "/login/oauth/access_token",
      handle: (request) => answerTokenRequest(github, request),
    },
    ...userRoutes(github),
    ...applicationRoutes(github),
  ];
}

/** @see [User agent required](https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent) */
function refuseNamelessClient({ path, headers }: PlatformRequest): Reply | undefined {
  if (!path.startsWith("/api/") || headers["user-agent"]) return undefined;
  return plain(
    403,
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
  );
}
