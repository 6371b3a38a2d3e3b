import { definePlatform } from "../platform-definition.ts";
import { createJira } from "./provider.ts";
import { JiraSecret } from "./settings.ts";

export const jira = definePlatform({
  platform: "jira",
  Secret: JiraSecret,
  createProvider: (settings, credential) =>
    createJira({ ...settings, clientSecret: credential("client_secret") }),
});
