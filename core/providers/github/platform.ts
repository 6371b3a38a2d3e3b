import { definePlatform } from "../platform-definition.ts";
import { createGithubApp } from "./app.ts";
import { createGithubOAuthApp } from "./oauth-app.ts";
import { GithubSecret } from "./settings.ts";

export const github = definePlatform({
  platform: "github",
  mark: "M7 4.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0 11a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0-7v7M17 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0 4c0 4-6 3-10 5.5",
  Secret: GithubSecret,
  createProvider({ clientId, appId, slug, scopes, urls }, credential) {
    const clientSecret = credential("client_secret");
    // The schema refuses an id without a slug.
    if (appId === undefined || slug === undefined) {
      return createGithubOAuthApp({ clientId, clientSecret, scopes, urls });
    }
    const privateKey = credential("private_key");
    return createGithubApp({ clientId, clientSecret, appId, slug, privateKey, urls });
  },
});
