import { setTimeout as sleep } from "node:timers/promises";
import { type LocalServer, listen } from "../http-server.ts";
import { type AwsCall, type AwsRequest, readAwsRequest } from "./aws-request.ts";
import { type BusEvent, createEventBus } from "./event-bus.ts";
import { createEventRules, type DeadLetter, type EventRule } from "./event-rules.ts";
import { type AwsFault, type Outcome, send, simulate } from "./faults.ts";
import { invokeFunction, type LambdaFunctions } from "./lambda-invoke.ts";
import { createS3 } from "./s3.ts";
import { createSecretsManager, type SecretsManagerOptions } from "./secrets-manager.ts";
import type { Caller } from "./sigv4.ts";

const SLOW_MS = 400;

export interface AwsOptions extends SecretsManagerOptions {
  readonly port: number;
  readonly caller: Caller;
  /** Secret values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly functions: LambdaFunctions;
  /** Which functions get the events of a bus. */
  readonly rules?: readonly EventRule[];
  /** How long to wait before each retry of such a function. */
  readonly retryDelaysMs?: readonly number[];
  readonly onEvent?: (event: BusEvent) => void;
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

export interface LocalAws extends LocalServer {
  readonly calls: readonly AwsCall[];
  /** The events on all buses, oldest first. */
  readonly events: readonly BusEvent[];
  readonly deadLetters: readonly DeadLetter[];
  /** Resolves when the functions behind rules have processed all events, or failed after their retries. */
  eventsSettled(): Promise<void>;
  secretArn(name: string): string;
  putSecret(name: string, value: string): void;
  /** Moves the creation of all secret versions and objects into the past. */
  letTimePass(seconds: number): void;
  fail(fault: AwsFault | undefined): void;
}

/** Starts an AWS endpoint for the SDK and the CLI: Secrets Manager, Lambda `Invoke`, `PutEvents`, and objects in S3. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { port, functions } = options;
  let passedMs = 0;
  const now = () => Date.now() + passedMs;
  const secretsManager = createSecretsManager(options.secrets, options);
  const s3 = createS3(now);
  const rules = createEventRules({ ...options, rules: options.rules ?? [] });
  const eventBus = createEventBus((event) => {
    options.onEvent?.(event);
    rules.apply(event);
  });
  const calls: AwsCall[] = [];
  let fault: AwsFault | undefined;

  const perform = async (request: AwsRequest): Promise<Outcome> => {
    const { service, operation, resource, object, body, invocationType: type } = request;
    calls.push({ service, operation, resource });
    if (fault?.service === service && fault.kind !== "slow") return simulate(fault);
    if (fault?.service === service) await sleep(SLOW_MS);
    if (object) return s3.handle(operation, object, body);
    const payload = body.toString();
    if (service === "secretsmanager") return secretsManager.handle(operation, payload);
    if (service === "events") return eventBus.handle(operation, payload);
    return invokeFunction(functions, { functionName: resource, type, payload });
  };

  const server = await listen(port, async (request, response) => {
    const read = await readAwsRequest(request, { ...options, now });
    send(response, "status" in read ? read : await perform(read));
  });
  return {
    ...server,
    async close() {
      rules.close();
      await server.close();
    },
    calls,
    events: eventBus.events,
    deadLetters: rules.deadLetters,
    eventsSettled: rules.settled,
    secretArn: secretsManager.arn,
    putSecret: secretsManager.put,
    letTimePass(seconds) {
      passedMs += seconds * 1000;
      secretsManager.letTimePass(seconds);
    },
    fail(next) {
      fault = next;
    },
  };
}
