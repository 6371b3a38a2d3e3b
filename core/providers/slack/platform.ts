import { definePlatform } from "../platform-definition.ts";
import { createSlack } from "./provider.ts";
import { SlackSecret } from "./settings.ts";

export const slack = definePlatform({
  platform: "slack",
  Secret: SlackSecret,
  createProvider: (settings, credential) =>
    createSlack({ ...settings, clientSecret: credential("client_secret") }),
});
