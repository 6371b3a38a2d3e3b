import { notify } from "../output.ts";
import { type ConvertedApp, convertManifestCode } from "./github-conversion.ts";
import { createGithubManifest } from "./github-manifest.ts";
import { serveManifestPage } from "./github-page.ts";
import type { Registration, SetupContext } from "./registration.ts";

export interface GithubSetupOptions {
  /** The organization that will own the App. Default: the person who is signed in. */
  readonly organization: string | undefined;
  /** The port of the page on loopback; 0 is any free one. */
  readonly port: number;
}

/**
 * Registers a GitHub App: the operator confirms a manifest on GitHub. `store` gets the App before the browser is
 * shown that it is registered.
 *
 * @see [Registering a GitHub App from a manifest](https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest)
 */
export async function registerGithubApp(
  context: SetupContext,
  { organization, port }: GithubSetupOptions,
  store: (registration: Registration) => Promise<void>,
): Promise<Registration> {
  const { web, api } = context.configuration.platforms.github.urls;
  const owner = organization === undefined ? "" : `/organizations/${organization}`;
  const page = await serveManifestPage({
    port,
    newAppUrl: `${web}${owner}/settings/apps/new`,
    createManifest: (redirectUrl) => createGithubManifest(context, redirectUrl),
    async complete(code) {
      const registration = toRegistration(await convertManifestCode(api, code), web, owner);
      await store(registration);
      return registration;
    },
  });
  try {
    notify(`Open this address, which one browser can use:\n\n  ${page.url}\n`);
    context.open(page.url);
    return await page.completed;
  } finally {
    await page.close();
  }
}

function toRegistration(app: ConvertedApp, webUrl: string, ownerPath: string): Registration {
  const { name, slug, id, client_id: clientId, owner, client_secret, webhook_secret } = app;
  return {
    description: `the GitHub App ${name} of ${owner.login} (App id ${id}, client id ${clientId})`,
    settings: { clientId, appId: id, appSlug: slug },
    secret: { client_secret, private_key: app.pem, webhook_secret },
    manageUrl: `${webUrl}${ownerPath}/settings/apps/${slug}/advanced`,
    left: [],
  };
}
