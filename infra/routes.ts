/** One route of the HTTP API. `handler` names a module of this repository and its export, as SST wants it. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: `/${string}`;
  /**
   * `public`: anyone. `signature`: anyone, and the handler checks the platform's signature. `iam`: the
   * gateway lets only requests through that are signed (SigV4) and allowed.
   */
  readonly auth: "public" | "signature" | "iam";
  readonly handler: `${string}.handler`;
}

/** Every route there is: what is not here does not exist, and what says `iam` is closed. */
export const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/",
    auth: "public",
    handler: "functions/install-page.handler",
  },
  {
    method: "GET",
    path: "/oauth/{platform}/authorize",
    auth: "public",
    handler: "functions/authorize.handler",
  },
  {
    method: "GET",
    path: "/oauth/{platform}/callback",
    auth: "public",
    handler: "functions/callback.handler",
  },
  {
    method: "GET",
    path: "/oauth/github/setup",
    auth: "public",
    handler: "functions/github-setup.handler",
  },
  {
    method: "POST",
    path: "/oauth/jira/site",
    auth: "public",
    handler: "functions/jira-site.handler",
  },
  {
    method: "POST",
    path: "/webhooks/github",
    auth: "signature",
    handler: "functions/webhooks/github.handler",
  },
  {
    method: "POST",
    path: "/webhooks/slack",
    auth: "signature",
    handler: "functions/webhooks/slack.handler",
  },
  {
    method: "POST",
    path: "/install-links",
    auth: "iam",
    handler: "functions/install-links.handler",
  },
  {
    method: "POST",
    path: "/installations",
    auth: "iam",
    handler: "functions/installations/create.handler",
  },
  {
    method: "GET",
    path: "/installations",
    auth: "iam",
    handler: "functions/installations/list.handler",
  },
  {
    method: "GET",
    path: "/installations/{id}",
    auth: "iam",
    handler: "functions/installations/get.handler",
  },
  {
    method: "PATCH",
    path: "/installations/{id}",
    auth: "iam",
    handler: "functions/installations/update.handler",
  },
  {
    method: "DELETE",
    path: "/installations/{id}",
    auth: "iam",
    handler: "functions/installations/delete.handler",
  },
];
