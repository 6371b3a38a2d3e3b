import { definePlatform } from "../platform-definition.ts";
import { createJira } from "./provider.ts";
import { JiraSecret } from "./settings.ts";

export const jira = definePlatform({
  platform: "jira",
  mark: "m4 7 1.5 1.5L8 6m3.5 1.5H20m-16 5L5.5 14 8 11.5m3.5 1.5H20m-16 5 1.5 1.5L8 17m3.5 1.5H20",
  Secret: JiraSecret,
  createProvider: (settings, credential) =>
    createJira({ ...settings, clientSecret: credential("client_secret") }),
});
