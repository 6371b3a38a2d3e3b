import * as v from "valibot";
import { expect, test } from "vitest";
import { createDatabase } from "../../infra/database/create-database.ts";
import { functionTable } from "../../infra/function-table.ts";
import { readSettings } from "../../infra/settings.ts";
import { deployStage } from "./deployment.ts";
import { functionsOf, statementsOf } from "./policies.ts";

const HOST = "abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws";
const CLUSTER = "arn:aws:dsql:us-east-1:123456789012:cluster/abcdefghijklmnopqrstuvwxyz";

const deployment = await deployStage("production", { environment: { DATABASE: "dsql" } });
const functions = functionsOf(deployment, "production");
const connecting = functionTable.filter(({ access }) => access.needsDatabase);

const Environment = v.object({
  environment: v.object({ variables: v.record(v.string(), v.string()) }),
});

function get(name: string) {
  const found = functions.find(({ id }) => id === name);
  if (!found) throw new Error(`No function is named ${name}.`);
  return found;
}

function userOf({ access }: (typeof functionTable)[number]): string {
  const { databaseRole = "writer" } = access;
  return {
    migrator: "admin",
    reader: "grantkeep_production_reader",
    writer: "grantkeep_production",
  }[databaseRole];
}

test("Aurora DSQL needs no VPC, no NAT, no RDS cluster and no secret of a database", () => {
  const types = deployment.resources.map(({ type }) => type);

  expect(types.filter((type) => /^aws:(ec2|rds)\//.test(type))).toEqual([]);
  expect(functions.filter(({ resource }) => "vpcConfig" in resource.inputs)).toEqual([]);
  expect(JSON.stringify(functions.map(({ resource }) => resource.inputs))).not.toContain("rds!");
});

test("only migrate may connect as the admin, and a function without the database as nobody", () => {
  for (const { name, access } of functionTable) {
    const statements = statementsOf(get(name).role).filter(({ Action }) =>
      Action.some((action) => action.startsWith("dsql:")),
    );
    const action = access.databaseRole === "migrator" ? "dsql:DbConnectAdmin" : "dsql:DbConnect";
    const expected = [{ Effect: "Allow", Action: [action], Resource: [CLUSTER] }];

    expect(statements, name).toEqual(access.needsDatabase ? expected : []);
  }
});

test("each function gets the endpoint and its user, and no certificate authority", () => {
  for (const definition of connecting) {
    const { variables } = v.parse(Environment, get(definition.name).resource.inputs).environment;

    expect(variables, definition.name).toMatchObject({
      DB_ENGINE: "dsql",
      DB_HOST: HOST,
      DB_NAME: "postgres",
      DB_USER: userOf(definition),
    });
    expect(variables).not.toHaveProperty("DATABASE_CA");
  }
});

test("the roles of the functions are mapped after the functions exist", () => {
  const inputs = (name: string) =>
    v.parse(
      v.object({ input: v.pipe(v.string(), v.parseJson()) }),
      deployment.one("aws:lambda/invocation:Invocation", name).inputs,
    ).input;

  expect(inputs("Migrated")).toMatchObject({ roles: { stage: "production", login: "dsql" } });
  const { roles } = v.parse(
    v.object({
      roles: v.object({
        login: v.literal("dsql"),
        iam_roles: v.object({ writer: v.array(v.string()), reader: v.array(v.string()) }),
      }),
    }),
    inputs("Granted"),
  );
  const count = (user: string) => connecting.filter((entry) => userOf(entry) === user).length;
  expect(new Set(roles.iam_roles.writer).size).toBe(count("grantkeep_production"));
  expect(new Set(roles.iam_roles.reader).size).toBe(count("grantkeep_production_reader"));
});

test("production is protected and backed up every day, while the sweep keeps the cluster awake", () => {
  const cluster = deployment.one("aws:dsql/cluster:Cluster");
  const plan = deployment.one("aws:backup/plan:Plan");

  expect(cluster.inputs).toMatchObject({ deletionProtectionEnabled: true });
  expect(cluster.protect).toBe(true);
  expect(JSON.stringify(plan.inputs)).toContain("cron(5 5 ? * * *)");
});

test("a deploy whose configuration names no database fails, and says what to set", () => {
  expect(() => createDatabase(readSettings(), undefined)).toThrow(
    'database is missing. Set it to "dsql", "aurora" or { urlSecretArn } in grantkeep.config.ts.',
  );
});
