import { Sha256 } from "@aws-crypto/sha256-js";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SignatureV4 } from "@smithy/signature-v4";
import * as v from "valibot";
import { afterAll, expect } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { STATUS } from "../../functions/http/status.ts";
import { INVOKE_CONTRACT } from "../../functions/invoke/contract.ts";
import { InvokeErrorMessage, InvokeFailure } from "../../functions/invoke/responses.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import type { Caller } from "../../local/aws/sigv4.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { generateKeyRing } from "../../local/keyring.ts";
import { createSecrets } from "../../local/secrets.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";
import type { Variables } from "../../local/variables.ts";
import { TEST_CONFIGURATION } from "./configuration.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { expectHttpResponse } from "./http-contract.ts";

export const REDIRECT_URI = "https://app.example.com/integrations/callback";

const OAUTH_APP: Variables = { GITHUB_APP_ID: "" };

/** Makes GitHub's app a GitHub App. */
export const GITHUB_APP: Variables = { GITHUB_APP_ID: String(exampleApps.github.appId) };

/** All of Grantkeep as `npm run dev` starts it, on a database of its own. */
export interface TestStack extends Stack {
  readonly database: TestDatabase;
  /** All that the functions wrote to standard output and standard error so far. */
  output(): string;
}

export interface TestStackOptions extends Pick<StackOptions, "load"> {
  /** Any free port unless it is given. */
  readonly port?: number;
  /** A new one on the server of the run unless it is given. */
  readonly database?: TestDatabase;
  /** In place of `TEST_CONFIGURATION`. */
  readonly configuration?: unknown;
}

/** A failure as the caller of a directly invoked function sees it. */
export type Invocation =
  | { readonly ok: true; readonly answer: unknown }
  | ({ readonly ok: false; readonly error: string } & v.InferOutput<typeof InvokeErrorMessage>);

/** A failure of Lambda itself has a message that is no JSON. */
const FunctionMessage = v.union([
  v.pipe(v.string(), v.parseJson(), InvokeErrorMessage),
  v.pipe(
    v.string(),
    v.transform((message) => ({ message })),
  ),
]);

/**
 * Starts the stack for a test file; handlers read the environment that is set here, once. GitHub has an
 * OAuth App unless `GITHUB_APP` is among the variables.
 */
export async function startTestStack(
  variables: Variables = {},
  options: TestStackOptions = {},
): Promise<TestStack> {
  const database = options.database ?? (await createTestDatabase());
  const output = captureOutput();
  const chosen = { ...OAUTH_APP, ALLOWED_REDIRECT_URIS: REDIRECT_URI, ...variables };
  const generated = {
    stateKeyring: JSON.stringify(generateKeyRing()),
    tokenKeyring: JSON.stringify(generateKeyRing()),
    githubAppKey: await generateGithubAppKey(),
  };
  const stack = await startStack({
    port: options.port ?? 0,
    databaseUrl: database.url,
    configuration: options.configuration ?? TEST_CONFIGURATION,
    variables: chosen,
    secrets: createSecrets(chosen, generated),
    githubAppKey: generated.githubAppKey,
    ...(options.load && { load: options.load }),
  });
  afterAll(async () => {
    await stack.close();
    await database.drop();
  });
  return { ...stack, platforms: settling(stack), database, output };
}

/** Returns the platforms, of which the end of all deliveries includes what they lead to behind the event bus. */
function settling({ platforms, aws }: Stack): Stack["platforms"] {
  const { control } = platforms;
  const { github, slack } = control;
  const afterEvents = async <Result>(result: Result): Promise<Result> => {
    await aws.eventsSettled();
    return result;
  };
  return {
    ...platforms,
    control: {
      ...control,
      github: {
        ...github,
        deliveries: () => github.deliveries().then(afterEvents),
        releaseDeliveries: (ids) => github.releaseDeliveries(ids).then(afterEvents),
      },
      ...(slack && {
        slack: {
          ...slack,
          send: (...event) => slack.send(...event).then(afterEvents),
          settled: () => slack.settled().then(afterEvents),
        },
      }),
    },
  };
}

/** Keeps what this process writes: the functions' logs are evidence, and noise on a terminal. */
function captureOutput(): () => string {
  let output = "";
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: string | Uint8Array) => {
      output += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      return true;
    };
  }
  return () => output;
}

/** Sends a signed request, as a program with the right to call the API does. */
export async function callApi(
  stack: Stack,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const url = new URL(stack.url + path);
  const signed = await signRequest(method, url, text, headers);
  const response = await fetch(url, {
    method,
    headers: signed,
    ...(text !== undefined && { body: text }),
  });
  await expectHttpResponse(method, path, response);
  return response;
}

/** The headers of a request to the API, with a signature over all of it. */
export async function signRequest(
  method: string,
  url: URL,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
  credentials: Pick<Caller, "accessKeyId" | "secretAccessKey"> = LOCAL_CALLER,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: "execute-api",
    region: "us-east-1",
    credentials,
    sha256: Sha256,
  });
  const parameters = Map.groupBy(url.searchParams, ([name]) => name);
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(
      [...parameters].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]),
    ),
    headers: { host: url.host, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body }),
  });
  return signed.headers;
}

/** Invokes a function by name, perhaps with an alias after a colon, through the unmodified AWS SDK, and holds what it returns against its contract. */
export async function invoke(
  stack: Stack,
  functionName: string,
  request: unknown,
): Promise<Invocation> {
  const lambda = new LambdaClient({
    endpoint: stack.aws.url,
    region: "us-east-1",
    credentials: LOCAL_CALLER,
  });
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() ?? "null");
  const contract = Object.entries(INVOKE_CONTRACT).find(
    ([name]) => name === functionName.split(":", 1)[0],
  )?.[1];
  if (!FunctionError) {
    if (contract) expect(v.parse(contract.response, answer)).toEqual(answer);
    return { ok: true, answer };
  }

  const { errorType, errorMessage } = v.parse(InvokeFailure, answer);
  if (contract && errorType in STATUS) {
    expect([...contract.errors, "server_error"]).toContain(errorType);
  }
  return { ok: false, error: errorType, ...v.parse(FunctionMessage, errorMessage) };
}
