/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app: ({ stage }) => ({
    name: "grantkeep",
    version: "4.17.1",
    home: "aws",
    removal: stage === "production" ? "retain" : "remove",
    protect: stage === "production",
    providers: { aws: { version: "7.20.0" } },
  }),
  // SST evaluates this file before it knows the stage, so imports at the top are not allowed.
  async run() {
    const { deploy } = await import("./infra/app.ts");
    return deploy();
  },
});
