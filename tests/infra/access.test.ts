import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { functionTable } from "../../infra/function-table.ts";
import { deployStage } from "./deployment.ts";
import { functionsOf, managedPoliciesOf, type Statement, statementsOf } from "./policies.ts";

const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:";
const OWNER = `${SECRET}rds!cluster-1-AbCdEf`;
const USERS = "arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-AB12";
const STATE = secret("state-keyring");
const TOKENS = secret("token-keyring");
const GITHUB = secret("github");
const SLACK = secret("slack");
const JIRA = secret("jira");

const BUS = "arn:aws:events:us-east-1:123456789012:event-bus/grantkeep-production-events";

/** The functions that may publish events. */
const PUBLISHERS = [
  "callback",
  "organization-choice",
  "github-waiting",
  "webhooks-github",
  "webhooks-slack",
  "webhooks-slack-interactions",
  "webhooks-jira",
  "reconcile",
  "installations-create",
  "installations-delete",
  "installations-health-check",
  "token-lookup",
  "health-check",
  "sweep",
  "tick",
];

/** The functions that store bodies of deliveries, and sign the URLs by which they are read. */
const STORING = [
  "webhooks-github",
  "webhooks-slack",
  "webhooks-slack-interactions",
  "webhooks-jira",
  "tick",
];

/** The functions whose failed invocations are kept in a queue. */
const KEEPING = ["reconcile"];

/** The secrets that each function may read. Besides, functions may publish, write `WRITABLE`, and log. */
const READABLE: Record<string, string[]> = {
  health: [],
  "install-page": [STATE],
  authorize: [STATE],
  "github-setup": [STATE],
  "installations-counts": [],
  "install-links-create": [STATE],
  "install-links-list": [STATE],
  "install-links-get": [STATE],
  "install-links-end": [STATE],
  callback: [STATE, TOKENS, GITHUB, SLACK, JIRA],
  "organization-choice": [STATE, TOKENS],
  "github-waiting": [STATE, TOKENS],
  "webhooks-github": [STATE, GITHUB],
  "webhooks-slack": [STATE, SLACK],
  "webhooks-slack-interactions": [STATE, SLACK],
  "webhooks-jira": [STATE, JIRA],
  reconcile: [STATE, TOKENS, GITHUB, SLACK, JIRA],
  "installations-list": [STATE],
  "installations-get": [STATE],
  "installations-create": [TOKENS, GITHUB],
  "installations-activity": [],
  "installations-health-check": [TOKENS, GITHUB, SLACK, JIRA],
  "github-inventory": [GITHUB],
  "installations-update": [TOKENS],
  "installations-delete": [TOKENS, GITHUB, SLACK, JIRA],
  "token-lookup": [TOKENS, GITHUB, SLACK, JIRA],
  "webhook-secret": [TOKENS],
  "health-check": [TOKENS, GITHUB, SLACK, JIRA],
  check: [STATE, TOKENS, GITHUB, SLACK, JIRA],
  "rotate-keys": [STATE, TOKENS],
  sweep: [TOKENS, GITHUB, SLACK, JIRA],
  tick: [STATE, TOKENS, GITHUB, SLACK, JIRA],
  import: [TOKENS, GITHUB],
  export: [TOKENS],
  migrate: [OWNER],
};

/** The functions that do not connect to the database. */
const WITHOUT_DATABASE = ["health", "authorize", "github-setup"];

/** The functions that may not read encrypted columns. */
const READERS = [
  "installations-list",
  "installations-get",
  "installations-counts",
  "github-inventory",
];

/** The secrets that each function may write. All other functions may write none. */
const WRITABLE: Record<string, string[]> = { "rotate-keys": [STATE, TOKENS] };

const CANARY = "canary-secret-value";
const SECRET_VARIABLES = ["DATABASE_URL", "GITHUB_SECRET", "SLACK_SECRET", "JIRA_SECRET"];

const Environment = v.object({
  environment: v.object({ variables: v.record(v.string(), v.string()) }),
});

const deployment = await deployStage("production", {
  environment: {
    GITHUB_CLIENT_ID: "Iv1.client",
    ALLOWED_REDIRECT_URIS: "https://app.example.com/done",
    ...Object.fromEntries(SECRET_VARIABLES.map((name) => [name, CANARY])),
  },
});
const BODIES = `arn:aws:s3:::${deployment.one("aws:s3/bucket:Bucket").inputs.bucket}/*`;
const functions = functionsOf(deployment, "production");
const ids = Object.keys(READABLE);
const inVpc = ids.filter((id) => !WITHOUT_DATABASE.includes(id));

test("exactly these functions are deployed", () => {
  expect(functions.map(({ id }) => id).sort()).toEqual([...ids].sort());
});

test("each function runs the handler that the table names", () => {
  const built = deployment.builds.map(({ functionID, handler }) => [functionID, handler]);

  const expected = functionTable.map(({ name, handler }) => [
    functions.find(({ id }) => id === name)?.resource.name.replace(/Function$/, ""),
    handler,
  ]);
  expect(built.sort()).toEqual(expected.sort());
});

describe.each(ids)("%s", (id) => {
  test("may do exactly what its work needs", () => {
    const statements = statementsOf(get(id).role);
    const isReading = ({ Action }: Statement) => Action.includes("secretsmanager:GetSecretValue");
    const others = statements.filter((statement) => !isReading(statement));
    const writable = WRITABLE[id];

    const read = statements.filter(isReading).flatMap(({ Resource }) => Resource);
    expect(read.sort()).toEqual((READABLE[id] ?? []).toSorted());
    expect(
      statements.every(({ Effect, Action }) => Effect === "Allow" && Action.length === 1),
    ).toBe(true);
    const publishing = { Effect: "Allow", Action: ["events:PutEvents"], Resource: [BUS] };
    const writing = {
      Effect: "Allow",
      Action: ["secretsmanager:PutSecretValue"],
      Resource: writable,
    };
    const storing = ["s3:PutObject", "s3:GetObject"].map((action) => ({
      Effect: "Allow",
      Action: [action],
      Resource: [BODIES],
    }));
    expect(others).toEqual([
      ...connecting(id),
      ...(PUBLISHERS.includes(id) ? [publishing] : []),
      ...(writable ? [writing] : []),
      ...(STORING.includes(id) ? storing : []),
      ...(KEEPING.includes(id) ? [expect.objectContaining({ Action: ["sqs:SendMessage"] })] : []),
    ]);
    expect("DELIVERY_BUCKET" in environmentOf(id)).toBe(STORING.includes(id));
    expect(environmentOf(id).EVENT_BUS_NAME).toBe(
      PUBLISHERS.includes(id) ? "grantkeep-production-events" : undefined,
    );
  });

  test("attaches only the AWS policies for its log and for the VPC of the database", () => {
    expect(managedPoliciesOf(get(id).role)).toEqual([
      "AWSLambdaBasicExecutionRole",
      ...(inVpc.includes(id) ? ["AWSLambdaVPCAccessExecutionRole"] : []),
    ]);
  });

  test("is in the VPC exactly if it needs the database", () => {
    expect("vpcConfig" in get(id).resource.inputs).toBe(inVpc.includes(id));
  });

  test("runs Node 24 on arm64, logs JSON, and reserves concurrency", () => {
    expect(get(id).resource.inputs).toMatchObject({
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 512,
      loggingConfig: { logFormat: "JSON" },
      reservedConcurrentExecutions: expect.any(Number),
    });
  });
});

test("no role and no policy has a wildcard, but for the objects of the bucket", () => {
  const roles = deployment.ofType("aws:iam/role:Role");

  const statements = roles.flatMap(statementsOf);
  const wildcards = statements.filter(({ Action, Resource }) =>
    [...Action, ...Resource].some((text) => text.includes("*") && text !== BODIES),
  );
  expect(roles.length).toBeGreaterThan(functions.length);
  expect(wildcards).toEqual([]);
});

test("no secret value is in the environment of a function, in a link or in a resource", () => {
  expect(JSON.stringify(deployment.resources)).not.toContain(CANARY);
  expect(deployment.builds.map(({ links }) => links ?? {})).toEqual(functions.map(() => ({})));
  expect(deployment.ofType("aws:secretsmanager/secretVersion:SecretVersion")).toEqual([]);
  expect(deployment.ofType("random:index/randomPassword:RandomPassword")).toEqual([]);
});

test("the deploy outputs the name of its event bus, which no other account may use", () => {
  const { inputs } = deployment.one("aws:cloudwatch/eventBus:EventBus");

  expect(inputs.name).toBe("grantkeep-production-events");
  expect(deployment.outputs).toMatchObject({ eventBus: "grantkeep-production-events" });
  expect(deployment.ofType("aws:cloudwatch/eventBusPolicy:EventBusPolicy")).toEqual([]);
  expect(deployment.ofType("aws:cloudwatch/eventPermission:EventPermission")).toEqual([]);
});

test("list and get have no key ring but the one for states", () => {
  for (const id of ["installations-list", "installations-get"]) {
    expect(Object.keys(environmentOf(id)).sort()).toEqual([
      "DATABASE_CA",
      "DB_HOST",
      "DB_NAME",
      "DB_PORT",
      "DB_USER",
      "METRICS_NAMESPACE",
      "SST_KEY_FILE",
      "SST_RESOURCE_App",
      "STATE_KEYRING_SECRET_ARN",
    ]);
  }
});

test("export has no settings of platforms, and one instance runs at a time", () => {
  const names = Object.keys(environmentOf("export"));

  expect(names.filter((name) => /GITHUB|SLACK|JIRA|STATE|PUBLIC_URL/.test(name))).toEqual([]);
  expect(get("export").resource.inputs.reservedConcurrentExecutions).toBe(1);
});

test("the install flow has the public URL and ARNs, and no setting of the configuration", () => {
  const environment = environmentOf("authorize");

  expect(environment).toMatchObject({
    PUBLIC_URL: "https://api1.execute-api.us-east-1.amazonaws.com",
    GITHUB_SECRET_ARN: GITHUB,
    STATE_KEYRING_SECRET_ARN: STATE,
  });
  expect(environment).not.toHaveProperty("ALLOWED_REDIRECT_URIS");
  expect(environment).not.toHaveProperty("GITHUB_CLIENT_ID");
});

test("twice the reserved concurrency, as during a deploy, leaves the database free connections", () => {
  const reserved = inVpc.map((id) => Number(get(id).resource.inputs.reservedConcurrentExecutions));

  expect(2 * reserved.reduce((sum, count) => sum + count, 0)).toBeLessThan(1_400);
});

/** The statement by which a function logs in, as a user of the stage that its work needs. */
function connecting(id: string) {
  if (WITHOUT_DATABASE.includes(id) || id === "migrate") return [];
  const user = READERS.includes(id) ? "grantkeep_production_reader" : "grantkeep_production";
  return [{ Effect: "Allow", Action: ["rds-db:connect"], Resource: [`${USERS}/${user}`] }];
}

function get(id: string) {
  const found = functions.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`No function is named ${id}.`);
  return found;
}

function environmentOf(id: string): Record<string, string> {
  return v.parse(Environment, get(id).resource.inputs).environment.variables;
}

function secret(name: string): string {
  return `${SECRET}grantkeep/production/${name}-AbCdEf`;
}
