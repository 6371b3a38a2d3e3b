import { setTimeout as sleep } from "node:timers/promises";
import { type LocalServer, listen } from "../http-server.ts";
import type { LogStore } from "../logs/log-store.ts";
import { type AwsCall, type AwsRequest, readAwsRequest } from "./aws-request.ts";
import { type BusEvent, toDeliveredEvent } from "./bus-event.ts";
import { createEventBus } from "./event-bus.ts";
import {
  createEventDelivery,
  type DeadLetter,
  type EventDeliveryOptions,
} from "./event-delivery.ts";
import { type AwsFault, type Outcome, send, simulate } from "./faults.ts";
import { invokeFunction, type LambdaFunctions } from "./lambda-invoke.ts";
import { createLogs } from "./logs.ts";
import { refuseForeign } from "./own-request.ts";
import { type AwsReply, awsReply } from "./reply.ts";
import { createS3 } from "./s3.ts";
import { createSecretsManager, type SecretsManagerOptions } from "./secrets-manager.ts";
import type { Caller } from "./sigv4.ts";
import { createSqs } from "./sqs.ts";

const SLOW_MS = 400;

/** Lists the events of the last hour: the newest thousand, the oldest of them first. */
const EVENTS_PATH = "/_events";
const LISTED_EVENTS = 1_000;

export interface AwsOptions extends SecretsManagerOptions, Partial<EventDeliveryOptions> {
  readonly port: number;
  readonly caller: Caller;
  /** Secret values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly functions: LambdaFunctions;
  /** The log lines, and the names of the functions that have a log group. */
  readonly logs?: Pick<LogStore, "lines"> & { readonly functionNames: Iterable<string> };
  readonly onEvent?: (event: BusEvent) => void;
}

export interface LocalAws extends LocalServer {
  readonly calls: readonly AwsCall[];
  /** The events of the last hour on all buses, oldest first. */
  readonly events: readonly BusEvent[];
  readonly deadLetters: readonly DeadLetter[];
  /** Resolves when the targets have processed all events, or failed after their retries. */
  eventsSettled(): Promise<void>;
  secretArn(name: string): string;
  putSecret(name: string, value: string): void;
  /** Moves the creation of all secret versions and objects into the past. */
  letTimePass(seconds: number): void;
  fail(fault: AwsFault | undefined): void;
}

/**
 * Starts an AWS endpoint for the SDK and the CLI: Secrets Manager, Lambda `Invoke`, `PutEvents`, objects in S3,
 * queries of CloudWatch Logs, and the queues for events that functions did not process.
 */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { port, functions } = options;
  let passedMs = 0;
  const now = () => Date.now() + passedMs;
  const secretsManager = createSecretsManager(options.secrets, options);
  const s3 = createS3(now);
  const delivery = createEventDelivery({ ...options, targets: options.targets ?? [] });
  const eventBus = createEventBus({
    onEvent(event) {
      options.onEvent?.(event);
      delivery.start(event);
    },
    onReplay: delivery.start,
  });
  const logs = createLogs({
    functionNames: options.logs?.functionNames ?? [],
    lines: options.logs?.lines ?? [],
  });
  const sqs = createSqs({ functions, deadLetters: delivery.deadLetters });
  const calls: AwsCall[] = [];
  let fault: AwsFault | undefined;

  const perform = async (request: AwsRequest): Promise<Outcome> => {
    const { service, operation, resource, object, body, invocationType: type, qualifier } = request;
    calls.push({ service, operation, resource });
    if (fault?.service === service) {
      if (fault.kind !== "slow") return simulate(fault);
      await sleep(fault.milliseconds ?? SLOW_MS);
    }
    if (object) return s3.handle(operation, object, body);
    const payload = body.toString();
    if (service === "secretsmanager") return secretsManager.handle(operation, payload);
    if (service === "sqs") return sqs.handle(operation, payload);
    if (service === "logs") return logs.handle(operation, payload);
    if (service === "events") return eventBus.handle(operation, payload);
    return invokeFunction(functions, { functionName: resource, qualifier, type, payload });
  };

  const server = await listen(port, async (request, response) => {
    if (request.method === "GET" && request.url === EVENTS_PATH) {
      return send(response, refuseForeign(request) ?? listEvents(eventBus.events));
    }
    const read = await readAwsRequest(request, { ...options, now });
    send(response, "status" in read ? read : await perform(read));
  });
  return {
    ...server,
    async close() {
      delivery.close();
      await server.close();
    },
    calls,
    events: eventBus.events,
    deadLetters: delivery.deadLetters,
    eventsSettled: delivery.settled,
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

function listEvents(events: readonly BusEvent[]): AwsReply {
  const newest = events.slice(-LISTED_EVENTS);
  return awsReply(200, { events: newest.map((event) => toDeliveredEvent(event)) });
}
