import * as v from "valibot";
import { expect, test } from "vitest";
import { defineConfig } from "../../core/configuration/configuration.ts";
import { sources } from "../../infra/code.ts";
import { deployStage } from "./deployment.ts";
import { parsePolicy, statementsOf } from "./policies.ts";

const configuration = defineConfig({
  brand: { name: "Example Bot", company: "Example, Inc." },
  database: "aurora",
  platforms: { slack: { scopes: ["chat:write"] } },
  callers: { "code-review": { platforms: ["github"] } },
});
const VPC = { privateSubnets: ["subnet-1", "subnet-2"], securityGroups: ["sg-1"] };
const CERTIFICATE =
  "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:bot-prod-token-lookup";

const deployment = await deployStage("prod", {
  async program() {
    const { Grantkeep } = await import("../../infra/grantkeep.ts");
    const args = {
      ...configuration,
      vpc: VPC,
      bus: new sst.aws.Bus("Bus"),
      domain: "grants.example.com",
      domainCertificateArn: CERTIFICATE,
      alarmEmail: "alarms@example.com",
      lookupAccounts: ["111122223333"],
      production: true,
      names: { prefix: "bot" },
    };
    const grants = new Grantkeep("Grants", args, sources);
    new sst.aws.Function("Bot", { handler: "functions/health.handler", link: [grants] });
    const reviewer = grants.caller("code-review");
    new sst.aws.Function("BotReviewer", { handler: "functions/health.handler", link: [reviewer] });
    const unknown = () => grants.caller("reviewer");
    const second = () => new Grantkeep("Second", args, sources);
    const isSame = grants.caller("code-review") === reviewer;
    return { ...grants.outputs, isSame, unknown: messageOf(unknown), second: messageOf(second) };
  },
});

function messageOf(action: () => unknown): string {
  try {
    action();
    return "";
  } catch (error) {
    return String(error);
  }
}

test("a function that links the component may invoke the alias of the token lookup, and nothing else", () => {
  expect(statementsOf(deployment.one("aws:iam/role:Role", "BotRole"))).toEqual([
    { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [`${FUNCTION}:live`] },
  ]);
});

test("a function that links the component gets what @grantkeep/client takes, and no secret", () => {
  const bot = deployment.builds.find(({ functionID }) => functionID === "Bot");

  expect(bot?.links).toEqual({
    Grants: {
      type: expect.stringMatching(/(^|\$)grantkeep\.sst\.Grantkeep$/),
      functionName: "bot-prod-token-lookup:live",
      url: "https://grants.example.com",
      eventBusName: expect.stringMatching(/^grantkeep-prod-Bus/),
    },
  });
});

test("a function that links a caller may invoke the alias of this caller, and nothing else", () => {
  const build = deployment.builds.find(({ functionID }) => functionID === "BotReviewer");

  expect(statementsOf(deployment.one("aws:iam/role:Role", "BotReviewerRole"))).toEqual([
    { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [`${FUNCTION}:code-review`] },
  ]);
  expect(build?.links).toEqual({
    GrantsCodeReview: {
      type: expect.stringMatching(/(^|\$)sst\.sst\.Linkable$/),
      functionName: "bot-prod-token-lookup:code-review",
      url: "https://grants.example.com",
      eventBusName: expect.stringMatching(/^grantkeep-prod-Bus/),
    },
  });
  expect(deployment.outputs).toMatchObject({
    isSame: true,
    unknown: "Error: The configuration of Grants has no caller reviewer.",
  });
});

test("an existing network and bus are used, and none is created", () => {
  const types = deployment.resources.map(({ type }) => type);
  const { inputs } = deployment.one("aws:lambda/function:Function", "GrantsTokenLookupFunction");
  const archive = deployment.one("aws:cloudwatch/eventArchive:EventArchive");

  expect(types.filter((type) => type.startsWith("aws:ec2/"))).toEqual([]);
  expect(deployment.ofType("aws:cloudwatch/eventBus:EventBus")).toHaveLength(1);
  expect(deployment.one("aws:rds/cluster:Cluster").inputs).toMatchObject({
    vpcSecurityGroupIds: VPC.securityGroups,
  });
  expect(deployment.one("aws:rds/subnetGroup:SubnetGroup").inputs).toMatchObject({
    subnetIds: VPC.privateSubnets,
  });
  expect(inputs).toMatchObject({
    vpcConfig: { subnetIds: VPC.privateSubnets, securityGroupIds: VPC.securityGroups },
    environment: { variables: { EVENT_BUS_NAME: expect.stringMatching(/^grantkeep-prod-Bus/) } },
  });
  // The archive of a bus that the app shares has the events of Grantkeep alone.
  expect(JSON.parse(String(archive.inputs.eventPattern))).toEqual({
    source: [{ prefix: "grantkeep" }],
  });
});

test("every resource has the name of the component, so that an app can have an Api or a Database too", () => {
  const OF_SST = /^(pulumi:|sst:sst:|random:)/;
  const others = deployment.resources
    .filter(({ type, name }) => !OF_SST.test(type) && !/^(Grants|Bus|Bot)/.test(name))
    .map(({ name }) => name);

  expect(others).toEqual([]);
});

const Named = v.object({ name: v.optional(v.string(), "") });

test("every physical name starts with the prefix and the stage, or is of SST", () => {
  const names = deployment.resources
    .filter(({ type, name }) => type.startsWith("aws:") && name.startsWith("Grants"))
    .map(({ inputs }) => v.parse(Named, inputs).name);

  const allowed =
    /^$|^live$|^code-review$|^\$default$|^(\/aws\/lambda\/)?bot-prod[-/]|^bot\/prod\/|grantkeep-prod-|\.example\.com$/;
  expect(names.filter((name) => !allowed.test(name))).toEqual([]);
  expect(
    deployment.one("aws:lambda/function:Function", "GrantsTokenLookupFunction").inputs,
  ).toMatchObject({ environment: { variables: { METRICS_NAMESPACE: "Grantkeep/bot/prod" } } });
});

test("the settings of the app reach the domain, the alarms and the accounts that may look tokens up", () => {
  const permission = deployment
    .ofType("aws:lambda/permission:Permission")
    .find(({ name }) => name === "Grants-token-lookup-account-111122223333");

  expect(deployment.outputs).toMatchObject({ url: "https://grants.example.com" });
  expect(deployment.one("aws:sns/topicSubscription:TopicSubscription").inputs).toMatchObject({
    endpoint: "alarms@example.com",
  });
  expect(permission?.inputs).toMatchObject({ principal: "111122223333", qualifier: "live" });
  expect(
    parsePolicy(
      deployment.one("aws:iam/policy:Policy", "Grants-token-lookup-invoke").inputs.policy,
    ),
  ).toHaveLength(1);
});

test("the data of a stage that the app names production is kept, whatever the name of the stage", () => {
  for (const type of ["aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"]) {
    expect(deployment.one(type), type).toMatchObject({ protect: true, retainOnDelete: true });
  }
  for (const secret of deployment.ofType("aws:secretsmanager/secret:Secret")) {
    expect(secret, secret.name).toMatchObject({ protect: true, retainOnDelete: true });
  }
});

test("an app has one component, whose names are those of the program", () => {
  expect(deployment.outputs).toMatchObject({
    second: "Error: Second cannot be created: Grants is the Grantkeep of this app.",
  });
});
