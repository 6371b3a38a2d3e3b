import { permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext } from "./context.ts";
import { toNodeId, toSimpleUser } from "./simple-account.ts";

/**
 * Returns the App as the REST API shows it.
 *
 * @see [Get the authenticated app](https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app)
 */
export function toApp(github: GithubAppContext) {
  const { app, registration } = github;
  return {
    id: app.appId,
    slug: app.slug,
    node_id: toNodeId("Integration", app.appId),
    client_id: registration.clientId,
    owner: toSimpleUser(github, "octocat"),
    name: registration.appName,
    description: "",
    external_url: new URL(app.setupUrl).origin,
    html_url: `${github.url}/apps/${app.slug}`,
    created_at: "2024-01-02T03:04:05Z",
    updated_at: "2024-01-02T03:04:05Z",
    permissions: permissionsOf(github),
    events: app.events,
  };
}
