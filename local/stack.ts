import { bypassProxyOnLoopback } from "../emulators/proxy-bypass.ts";
import { type Emulators, startEmulators } from "../emulators/server.ts";
import { functionsTriggeredBy, functionTable } from "../infra/function-table.ts";
import type { BusEvent } from "./aws/bus-event.ts";
import { LOCAL_CALLER } from "./aws/caller.ts";
import { type LocalAws, startAws } from "./aws/endpoint.ts";
import type { DeadLetter } from "./aws/event-delivery.ts";
import { createLambdaContext, type LambdaHandler } from "./aws/lambda-context.ts";
import type { SecretsManagerOptions } from "./aws/secrets-manager.ts";
import { dropAwsVariables } from "./aws/variables.ts";
import { redirectUrisIn, writeConfiguration } from "./configuration.ts";
import { createEnvironment } from "./environment.ts";
import { createTargets } from "./event-targets.ts";
import { exampleAppRoute } from "./example-app.ts";
import { startGateway } from "./gateway/gateway.ts";
import { loadHandler } from "./handlers.ts";
import { captureOutput, watchOutput } from "./logs/function-output.ts";
import { createLogStore, type LogStore } from "./logs/log-store.ts";
import { createRegistrations } from "./registrations.ts";
import type { Secrets } from "./secrets.ts";
import { ageDatabase } from "./time-travel.ts";
import { isSet, type Variables } from "./variables.ts";

export interface StackOptions extends SecretsManagerOptions {
  /** The port of the API. The AWS endpoint and the platforms use the next two; 0 uses any free ports. */
  readonly port: number;
  readonly databaseUrl: string;
  /** The content of `grantkeep.config.ts`. */
  readonly configuration: unknown;
  readonly secrets: Secrets;
  /** The private key of the emulated GitHub App, in PEM. */
  readonly githubAppKey: string;
  /** Environment variables of the developer. */
  readonly variables?: Variables;
  /** The file in which the emulated platforms keep their state. */
  readonly platformsFile?: string;
  /** Where the log lines of the functions are stored. Default: in memory. */
  readonly logs?: LogStore;
  /** Whether the log lines of the functions are not printed. */
  readonly hidesLines?: boolean;
  /** Called for each log line of a function. */
  readonly onLine?: (functionName: string, line: string) => void;
  readonly onError?: (error: unknown) => void;
  /** Called for every event on the bus. */
  readonly onEvent?: (event: BusEvent) => void;
  /** Called for every event that a function behind a rule of the bus, or the bot, failed to process. */
  readonly onDeadLetter?: (letter: DeadLetter) => void;
  /** Loads a handler, e.g. `functions/sweep.handler`. Default: import it into this process. */
  readonly load?: (name: string) => Promise<LambdaHandler>;
}

/** Grantkeep on loopback: the API, an AWS endpoint, and the emulated platforms. */
export interface Stack {
  readonly url: string;
  readonly aws: LocalAws;
  readonly platforms: Emulators;
  close(): Promise<void>;
}

/**
 * Starts everything except the database, and migrates the database. Handlers run unmodified in this process:
 * this function sets `process.env` before the first handler is loaded.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { port, databaseUrl, configuration, secrets, variables = {}, onError } = options;
  const { keepSecret, secretDates } = options;
  const { logs = createLogStore(), onLine } = options;
  const load = async (
    name: string,
    handlerName: string,
    importHandler = options.load ?? loadHandler,
  ): Promise<LambdaHandler> => {
    const handler = await importHandler(handlerName);
    const invocation = {
      functionName: name,
      onLine(functionName: string, line: string) {
        logs.add(functionName, line);
        onLine?.(functionName, line);
      },
    };
    return (event, context) => captureOutput(invocation, () => handler(event, context));
  };
  const portAfter = (offset: number) => (port === 0 ? 0 : port + offset);
  const unwatch = watchOutput({ hides: options.hidesLines === true });
  const closing: (() => Promise<void>)[] = [async () => unwatch()];
  const close = async () => {
    await Promise.all(closing.map((stop) => stop()));
  };
  const prepared = Promise.withResolvers<void>();

  try {
    const gateway = await startGateway({
      port,
      ...(isSet(variables.PUBLIC_URL) && { publicUrl: variables.PUBLIC_URL }),
      routes: [...functionsTriggeredBy("route"), exampleAppRoute],
      caller: LOCAL_CALLER,
      load: ({ name, handler }) => prepared.promise.then(() => load(name, handler)),
      ...(onError && { onError }),
    });
    closing.push(gateway.close);
    const publicUrl = isSet(variables.PUBLIC_URL) ? variables.PUBLIC_URL : gateway.url;

    const invoked = [
      ...functionsTriggeredBy("invoke"),
      ...functionsTriggeredBy("schedule"),
      ...functionsTriggeredBy("events"),
      ...functionsTriggeredBy("deploy"),
    ];
    const functions = new Map(
      invoked.map(({ name, handler, timeoutSeconds }) => [
        name,
        { load: () => load(name, handler), timeoutMs: timeoutSeconds * 1000 },
      ]),
    );
    const aws = await startAws({
      port: portAfter(1),
      caller: LOCAL_CALLER,
      secrets,
      functions,
      targets: createTargets(variables, functions),
      logs: { functionNames: functionTable.map(({ name }) => name), lines: logs.lines },
      ...(options.onDeadLetter && { onDeadLetter: options.onDeadLetter }),
      ...(options.onEvent && { onEvent: options.onEvent }),
      ...(keepSecret && { keepSecret }),
      ...(secretDates && { secretDates }),
    });
    closing.push(aws.close);

    const platforms = await startEmulators({
      port: portAfter(2),
      ...createRegistrations(publicUrl, variables, options.githubAppKey),
      async onTimePassed(seconds) {
        await ageDatabase(databaseUrl, seconds);
        aws.letTimePass(seconds);
      },
      ...(options.platformsFile && { stateFile: options.platformsFile }),
    });
    closing.push(platforms.close);

    const configurationFile = await writeConfiguration(configuration, variables);
    closing.push(configurationFile.remove);
    dropAwsVariables();
    bypassProxyOnLoopback();
    Object.assign(
      process.env,
      createEnvironment({
        variables,
        configurationFile: configurationFile.path,
        redirectUris: redirectUrisIn(configuration),
        publicUrl,
        awsUrl: aws.url,
        platformsUrl: platforms.url,
        databaseUrl,
        secrets,
        secretArn: aws.secretArn,
      }),
    );
    for (const { name, handler, timeoutSeconds } of functionsTriggeredBy("deploy")) {
      const migrate = await load(name, handler, loadHandler);
      await migrate(undefined, createLambdaContext(name, timeoutSeconds * 1000));
    }
    prepared.resolve();
    return { url: gateway.url, aws, platforms, close };
  } catch (error) {
    await close();
    throw error;
  }
}
