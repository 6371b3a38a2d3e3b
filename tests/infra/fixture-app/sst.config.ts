/// <reference path="./.sst/platform/config.d.ts" />
export default $config({
  app: () => ({ name: "bot", home: "aws", providers: { aws: { version: "7.20.0" } } }),
  async run() {
    const { Grantkeep } = await import("grantkeep/sst");
    const { default: configuration } = await import("./grantkeep.config.ts");
    const grants = new Grantkeep("Grants", configuration);
    new sst.aws.Function("Bot", { handler: "bot.handler", link: [grants] });
    return grants.outputs;
  },
});
