import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import { bundleConfig } from "./bundle-config.ts";
import { answerCall, createResource } from "./fake-aws.ts";
import { type Build, type FakeCli, startFakeCli } from "./fake-cli.ts";
import { ROOT } from "./root.ts";

const POLL_MS = 50;
/** Outputs resolve in chains, over sockets and files. The deploy is over after this many polls without a new resource. */
const QUIET_POLLS = 16;

/** A resource as the deploy would request it from AWS. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  /** Identifies the resource in Pulumi: another URN is another resource. */
  readonly urn: string;
  readonly inputs: Record<string, unknown>;
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** The resources, builds and outputs of one deploy. */
export interface Deployment {
  readonly resources: readonly Resource[];
  readonly builds: readonly Build[];
  /** The folder for bundles, archives and the configuration. */
  readonly folder: string;
  readonly outputs: unknown;
  ofType(type: string): Resource[];
  /** Returns the only resource of a type with this name. */
  one(type: string, name?: string): Resource;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getRetainondelete(): boolean;
}

interface Options {
  /** The folder of another app than this repository. */
  readonly app?: string;
  readonly dev?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Replaces the program that creates all resources of the stage. */
  readonly program?: () => Record<string, unknown> | Promise<Record<string, unknown>>;
}

/** Runs `sst.config.ts` through SST's components, with fakes of AWS and of SST's CLI. */
export async function deployStage(stage: string, options: Options = {}): Promise<Deployment> {
  const cli = await startFakeCli(options.app);
  Object.assign(process.env, { SST_SERVER: cli.url }, options.environment);
  const resources: Resource[] = [];
  const requests = new Map<string, RegisterRequest>();
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        resources.push(toResource(args, requests.get(`${args.type}::${args.name}`)));
        return createResource(args);
      },
      call: answerCall,
    },
    options.app ? path.basename(options.app) : "grantkeep",
    stage,
    false,
  );
  recordRequests(requests);

  const failures: unknown[] = [];
  const onFailure = (failure: unknown) => failures.push(failure);
  process.on("unhandledRejection", onFailure);
  const outputs = await runConfig(stage, cli, options);
  await settle(() => resources.length + cli.builds.length + failures.length);
  process.off("unhandledRejection", onFailure);
  cli.close();
  if (failures.length) throw failures[0];

  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    resources,
    builds: cli.builds,
    folder: cli.folder,
    outputs,
    ofType,
    one(type, name) {
      const found = ofType(type).filter((resource) => name === undefined || resource.name === name);
      const [only] = found;
      if (!only || found.length > 1)
        throw new Error(`Found ${found.length} of ${type} ${name ?? ""}`);
      return only;
    },
  };
}

async function runConfig(
  stage: string,
  cli: FakeCli,
  { app: root = ROOT, dev = false, program }: Options,
): Promise<unknown> {
  Object.assign(globalThis, { $config: (config: unknown) => config });
  const { default: config } =
    root === ROOT ? await import("../../sst.config.ts") : await bundleConfig(root, cli.folder);
  const app = await config.app({ stage });
  const paths = {
    home: `${ROOT}/.sst`,
    root,
    work: cli.folder,
    platform: `${ROOT}/.sst/platform`,
  };
  // The names are those of SST's `platform/src/shim/run.js`.
  Object.assign(globalThis, {
    $app: { ...app, stage },
    $dev: dev,
    $cli: {
      command: dev ? "dev" : "deploy",
      rpc: cli.url,
      home: "aws",
      state: { version: {} },
      paths,
    },
    $util: pulumi,
    $output: pulumi.output,
    $resolve: pulumi.all,
    $interpolate: pulumi.interpolate,
    $concat: pulumi.concat,
    $jsonParse: pulumi.jsonParse,
    $jsonStringify: pulumi.jsonStringify,
    $secrets: {},
    aws: await import("@pulumi/aws"),
  });
  const { $asset, $transform } = await import("../../.sst/platform/src/components/component.ts");
  Object.assign(globalThis, { $asset, $transform });
  Object.assign(globalThis, { sst: await import("../../.sst/platform/src/components/index.ts") });
  const { run } = await import("../../.sst/platform/src/auto/run.ts");

  let outputs: Record<string, unknown> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = await run(program ? async () => program() : config.run);
    return outputs;
  });
  return new Promise((resolve) => pulumi.output(outputs).apply(resolve));
}

// Pulumi's mocks do not get the options of a resource, which are read from its request.
function recordRequests(requests: Map<string, RegisterRequest>): void {
  const monitor: unknown = getMonitor();
  if (!isMonitor(monitor)) throw new Error("Pulumi has no monitor.");
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requests.set(`${request.getType()}::${request.getName()}`, request);
    return register(request, callback);
  };
}

interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): unknown;
}

function isMonitor(value: unknown): value is Monitor {
  return typeof value === "object" && value !== null && "registerResource" in value;
}

function toResource(
  { type, name, inputs }: pulumi.runtime.MockResourceArgs,
  request: RegisterRequest | undefined,
): Resource {
  const urns = request?.getDependenciesList() ?? [];
  return {
    type,
    name,
    urn: toUrn(type, name, request?.getParent() ?? ""),
    inputs,
    dependsOn: urns.map((urn) => urn.split("::").at(-1) ?? ""),
    protect: request?.getProtect() ?? false,
    retainOnDelete: request?.getRetainondelete() ?? false,
  };
}

/** Returns the URN as Pulumi's engine writes it: the types of its parents, without the stack, are part of it. */
function toUrn(type: string, name: string, parent: string): string {
  const [stack, project, parents = ""] = parent.split("::");
  const types = [...parents.split("$").slice(1), type].join("$");
  return [stack, project, types, name].join("::");
}

async function settle(count: () => number): Promise<void> {
  let last = -1;
  for (let quiet = 0; quiet < QUIET_POLLS; ) {
    await sleep(POLL_MS);
    quiet = count() === last ? quiet + 1 : 0;
    last = count();
  }
}
