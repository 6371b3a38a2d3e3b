import { malformedSetting } from "../../settings.ts";
import { definePlatform } from "../platform-definition.ts";
import { createGithubApp } from "./app.ts";
import { createGithubOAuthApp } from "./oauth-app.ts";
import { GithubSecret, GithubSettings } from "./settings.ts";

export const github = definePlatform({
  platform: "github",
  mark: "M7 4.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0 11a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0-7v7M17 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm0 4c0 4-6 3-10 5.5",
  Settings: GithubSettings,
  Secret: GithubSecret,
  createProvider({ clientId, appId, slug, scopes, urls }, credential) {
    const clientSecret = credential("client_secret");
    if (appId === undefined) return createGithubOAuthApp({ clientId, clientSecret, scopes, urls });
    if (slug === undefined) throw malformedSetting("GITHUB_APP_SLUG");
    const privateKey = credential("private_key");
    return createGithubApp({ clientId, clientSecret, appId, slug, privateKey, urls });
  },
});
