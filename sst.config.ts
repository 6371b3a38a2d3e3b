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
    const { Grantkeep } = await import("./infra/grantkeep.ts");
    const { sources } = await import("./infra/code.ts");
    const { default: configuration } = await import("./grantkeep.config.ts");
    // Without the prefix of the component: a stage that was deployed before there was one keeps its resources.
    const names = { prefix: $app.name, logicalPrefix: "" };
    return new Grantkeep("Grants", { ...configuration, names }, sources).outputs;
  },
});
