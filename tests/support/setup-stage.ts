import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { afterAll } from "vitest";
import type { ConfigurationInput } from "../../core/configuration/configuration.ts";
import { readStageFile, withStageFile } from "../../core/configuration/stage-file.ts";
import type { Emulators } from "../../emulators/server.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { createSecretsManager } from "../../local/aws/secrets-manager.ts";
import { listen, readBody } from "../../local/http-server.ts";
import { cleanEnvironment, LAUNCHER, type Outcome } from "./commands.ts";
import { ACCOUNT } from "./fake-resources.ts";
import { identityXml } from "./fake-stage.ts";

const STAGE = "staging";
const MAX_BYTES = 1_000_000;
const SecretValue = v.object({ SecretString: v.pipe(v.string(), v.parseJson()) });

/** A stage that was deployed once: its secrets have no values. */
export interface SetupStage {
  /** The file that setup writes. */
  readonly file: string;
  /** The configuration of the stage: the given one, with what setup wrote. */
  configuration(): unknown;
  /** The operations of AWS, in order. */
  readonly calls: readonly string[];
  /** Deletes all values and calls. */
  reset(): void;
  /** Makes an operation of Secrets Manager fail with an error code. */
  fail(operation: string | undefined): void;
  /** Returns the value of a secret, as the functions of the stage read it. */
  secret(platform: string): Promise<unknown>;
  put(platform: string, value: object): Promise<void>;
  /** Starts `grantkeep setup` for the stage, or for another one. */
  start(args: readonly string[], stage?: string): RunningSetup;
}

/** A setup that runs. */
interface RunningSetup {
  /** Resolves with the first URL in what it prints. */
  url(): Promise<string>;
  /** Writes to its standard input, and ends it. */
  send(text: string): void;
  readonly ended: Promise<Outcome>;
}

/** Starts AWS with a stage `staging`, and writes a configuration whose platforms are emulators. */
export async function startSetupStage(
  publicUrl: string,
  emulators: Emulators,
  configuration: ConfigurationInput,
): Promise<SetupStage> {
  const folder = await mkdtemp(path.join(tmpdir(), "gk-setup-"));
  afterAll(() => rm(folder, { recursive: true }));
  const file = path.join(folder, `grantkeep.${STAGE}.json`);
  const configurationFile = path.join(folder, "grantkeep.config.mjs");
  const input = withUrls(configuration, emulators);
  await writeFile(configurationFile, `export default ${JSON.stringify(input)};\n`);

  const idOf = (platform: string) => `grantkeep/${STAGE}/${platform}`;
  const createSecrets = () =>
    createSecretsManager(new Map(), { emptySecrets: ["github", "slack", "jira"].map(idOf) });
  const calls: string[] = [];
  let secrets = createSecrets();
  let failing: string | undefined;
  const server = await listen(0, async (request, response) => {
    const body = (await readBody(request, MAX_BYTES))?.toString() ?? "";
    const target = String(request.headers["x-amz-target"] ?? "");
    const [, operation] = /^secretsmanager\.(\w+)$/.exec(target) ?? [];
    if (operation !== undefined) {
      calls.push(operation);
      if (operation === failing) {
        const headers = { "x-amzn-errortype": "AccessDeniedException" };
        response.writeHead(400, { "content-type": "application/x-amz-json-1.1", ...headers });
        response.end(JSON.stringify({ message: `You may not call ${operation}.` }));
        return;
      }
      const reply = await secrets.handle(operation, body);
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    }
    if (request.url?.endsWith(`/grantkeep-${STAGE}-install-links-create/configuration`)) {
      calls.push("GetFunctionConfiguration");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ Environment: { Variables: { PUBLIC_URL: publicUrl } } }));
      return;
    }
    if (request.url?.startsWith("/2015-03-31/functions/")) {
      const headers = { "x-amzn-errortype": "ResourceNotFoundException" };
      response.writeHead(404, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ message: "Function not found." }));
      return;
    }
    calls.push("GetCallerIdentity");
    response.writeHead(200, { "content-type": "text/xml" }).end(identityXml());
  });
  afterAll(server.close);

  const environment = {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
    GRANTKEEP_CONFIG: configurationFile,
  };
  return {
    file,
    configuration: () => withStageFile(input, readStageFile(file)),
    calls,
    reset() {
      secrets = createSecrets();
      failing = undefined;
      calls.length = 0;
    },
    fail(operation) {
      failing = operation;
    },
    async secret(platform) {
      const request = JSON.stringify({ SecretId: idOf(platform) });
      const { body } = await secrets.handle("GetSecretValue", request);
      return v.parse(SecretValue, JSON.parse(String(body))).SecretString;
    },
    async put(platform, value) {
      secrets.put(idOf(platform), JSON.stringify(value));
    },
    start: (args, stage = STAGE) => start([...args, "--stage", stage], environment),
  };
}

/** The text that AWS shows before a stage is used. */
export const WHERE = `Account ${ACCOUNT}, region eu-central-1, stage ${STAGE}\n`;

export async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8"));
}

function withUrls(configuration: ConfigurationInput, emulators: Emulators): ConfigurationInput {
  const { github, slack, jira } = configuration.platforms ?? {};
  const { githubUrl, githubApiUrl, slackUrl, jiraAuthUrl, jiraApiUrl } = emulators;
  return {
    ...configuration,
    platforms: {
      github: { ...github, url: githubUrl, apiUrl: githubApiUrl },
      slack: { ...slack, url: slackUrl },
      jira: { ...jira, authUrl: jiraAuthUrl, apiUrl: jiraApiUrl },
    },
  };
}

function start(args: readonly string[], environment: NodeJS.ProcessEnv): RunningSetup {
  const child = spawn(process.execPath, [LAUNCHER, "setup", ...args], {
    env: cleanEnvironment(environment),
  });
  afterAll(() => {
    child.kill("SIGKILL");
  });
  let [stdout, stderr] = ["", ""];
  const url = Promise.withResolvers<string>();
  url.promise.catch(() => {});
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    const [, found] = /^ {2}(http\S+)$/m.exec(stderr) ?? [];
    if (found !== undefined) url.resolve(found);
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.on("close", (code) => {
      url.reject(new Error(`It ended: ${stderr}`));
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
  return {
    url: () => url.promise,
    send: (text) => child.stdin.end(text),
    ended,
  };
}
