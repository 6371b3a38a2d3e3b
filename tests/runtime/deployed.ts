import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { functionTable } from "../../infra/function-table.ts";
import type { LambdaHandler } from "../../local/aws/lambda-context.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { createSecrets } from "../../local/secrets.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { buildBundle } from "../../package/bundles.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { GITHUB_APP } from "../support/stack.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";

/** The variables of this process that configure Grantkeep. */
const SETTING =
  /^(AWS|DATABASE|GITHUB|JIRA|SLACK|STATE_KEYRING|TOKEN_KEYRING|PUBLIC|ALLOWED|EVENT|DELIVERY)_/;

/** The stack, with the bundle of every function in a separate sandbox. */
export interface Deployed extends Stack {
  readonly database: TestDatabase;
  /** Returns the sandbox of a handler, which is started on the first call. */
  sandboxOf(handler: string): Promise<Sandbox>;
  /** Starts another sandbox of a handler, in the environment of the stack with these variables. */
  start(
    handler: string,
    environment?: Record<string, string>,
    options?: Pick<SandboxOptions, "timeoutMs">,
  ): Promise<Sandbox>;
}

/** Starts the stack for a test file. */
export async function startDeployed(): Promise<Deployed> {
  const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-runtime-"));
  const database = await createTestDatabase();
  const files = new Map<string, Promise<string>>();
  const sandboxes = new Map<string, Promise<Sandbox>>();
  const started: Sandbox[] = [];

  async function bundle(handler: string): Promise<string> {
    const folderOf = path.join(folder, path.basename(handler.replaceAll("/", "-"), ".handler"));
    const { file } = await buildBundle(handler, folderOf);
    await cp("migrations", path.join(folderOf, "migrations"), { recursive: true });
    await cp(`${process.env.CONFIGURATION_FILE}`, path.join(folderOf, "configuration.json"));
    return file;
  }

  const start: Deployed["start"] = async (handler, environment = {}, options = {}) => {
    const file = await once(files, handler, () => bundle(handler));
    const sandbox = await startSandbox({
      file,
      environment: { ...settings(), ...environment },
      ...options,
    });
    started.push(sandbox);
    return sandbox;
  };
  const sandboxOf = (handler: string) =>
    once(sandboxes, handler, () => start(handler, {}, { timeoutMs: timeoutOf(handler) }));

  const generated = {
    stateKeyring: JSON.stringify(generateKeyRing()),
    tokenKeyring: JSON.stringify(generateKeyRing()),
    githubAppKey: await generateGithubAppKey(),
  };
  const stack = await startStack({
    port: 0,
    databaseUrl: database.url,
    configuration: TEST_CONFIGURATION,
    secrets: createSecrets(GITHUB_APP, generated),
    githubAppKey: generated.githubAppKey,
    load: async (handler) => toHandler(await sandboxOf(handler)),
  });
  afterAll(async () => {
    await stack.close();
    await Promise.all(started.map((sandbox) => sandbox.stop()));
    await database.drop();
    await rm(folder, { recursive: true });
  });
  return { ...stack, database, sandboxOf, start };
}

/** Returns a handler for the gateway and `Invoke`. An error is named by its `errorType`. */
function toHandler(sandbox: Sandbox): LambdaHandler {
  return async (event) => {
    const outcome = await sandbox.invoke(event);
    if (outcome.ok) return outcome.payload;
    const { errorType, errorMessage } = outcome.error;
    throw Object.assign(new Error(errorMessage), { name: errorType });
  };
}

function timeoutOf(handler: string): number {
  const entry = functionTable.find((candidate) => candidate.handler === handler);
  if (!entry) throw new Error(`${handler} is not deployed.`);
  return entry.timeoutSeconds * 1000;
}

function settings(): Record<string, string> {
  const set = Object.entries(process.env).map(([name, value]) => [name, value ?? ""] as const);
  return Object.fromEntries(set.filter(([name]) => SETTING.test(name)));
}

function once<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
