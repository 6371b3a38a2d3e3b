import type { Configuration } from "../../core/configuration/configuration.ts";
import { appDescription, appName } from "./app-name.ts";
import type { SetupContext } from "./registration.ts";

const MAX_NAME_LENGTH = 34;
const MAX_DESCRIPTION_LENGTH = 1_000;

/** Tells Grantkeep the new name of an account. */
const RENAMES = "installation_target";

/**
 * Returns the manifest of the GitHub App of a stage. GitHub returns the browser to `redirectUrl` with the code of the
 * new App.
 *
 * @see [GitHub App Manifest parameters](https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters)
 */
export function createGithubManifest(
  { stage, configuration, urls }: Omit<SetupContext, "open">,
  redirectUrl: string,
) {
  const { events } = configuration.platforms.github;
  const description = appDescription(configuration, MAX_DESCRIPTION_LENGTH);
  return {
    name: appName(configuration, stage, MAX_NAME_LENGTH),
    url: configuration.brand.appUrl ?? urls.home,
    ...(description !== undefined && { description }),
    redirect_url: redirectUrl,
    callback_urls: [urls.callback("github")],
    // Grantkeep authorizes the user itself, with PKCE and a state.
    request_oauth_on_install: false,
    setup_url: urls.githubSetup,
    setup_on_update: true,
    hook_attributes: { url: urls.webhooks("github"), active: true },
    public: true,
    default_permissions: permissionsOf(configuration),
    default_events: [...new Set([...events, RENAMES])],
  };
}

/** Every App may read metadata, and by `members` Grantkeep recognizes the owners of an organization. */
function permissionsOf({ platforms }: Configuration): Record<string, string> {
  const { permissions, ownership } = platforms.github;
  return {
    metadata: "read",
    ...(ownership === "owner" && { members: "read" }),
    ...Object.fromEntries(permissions.map(({ name, access }) => [name, access])),
  };
}
