import { definePlatform } from "../platform-definition.ts";
import { createGithubApp } from "./app.ts";
import { createGithubOAuthApp } from "./oauth-app.ts";
import { GithubSecret } from "./settings.ts";

export const github = definePlatform({
  platform: "github",
  Secret: GithubSecret,
  createProvider({ clientId, appId, slug, scopes, permissions, urls }, credential) {
    const clientSecret = credential("client_secret");
    // The schema refuses an id without a slug.
    if (appId === undefined || slug === undefined) {
      return createGithubOAuthApp({ clientId, clientSecret, scopes, urls });
    }
    const privateKey = credential("private_key");
    const app = { clientId, clientSecret, appId, slug, privateKey, permissions, urls };
    return createGithubApp(app);
  },
});
