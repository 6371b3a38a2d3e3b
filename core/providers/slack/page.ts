import type { PlatformPage } from "../platform-page.ts";

export const slackPage: PlatformPage = {
  choice: "chooseAccount",
  mark: "M5 5.5h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-7L8 20v-3.5H5A1.5 1.5 0 0 1 3.5 15V7A1.5 1.5 0 0 1 5 5.5Zm3 4h8m-8 3.5h5",

  describeAccess({ slack: { scopes } }) {
    const readsMessages = scopes.some((scope) => /:history$|^search:/.test(scope));
    return {
      scopes,
      permissions: [],
      actsAsInstaller: false,
      limits: readsMessages
        ? ["actAsYou", "seePassword"]
        : ["readMessages", "actAsYou", "seePassword"],
    };
  },

  manageUrl: ({ slack: { url } }) => `${url}/apps/manage`,
};
