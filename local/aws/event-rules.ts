import { setTimeout as sleep } from "node:timers/promises";
import { ACCOUNT_ID, REGION } from "./account.ts";
import type { BusEvent } from "./event-bus.ts";
import { FUNCTION_ERROR, invokeFunction, type LambdaFunctions } from "./lambda-invoke.ts";

/** A rule of a bus: the function that gets the events with this source and one of these types. */
export interface EventRule {
  readonly bus: string;
  readonly source: string;
  readonly detailTypes: readonly string[];
  readonly functionName: string;
}

/** An event that a function failed to process, also when it was retried. */
export interface DeadLetter {
  readonly functionName: string;
  readonly event: BusEvent;
}

export interface EventRulesOptions {
  readonly rules: readonly EventRule[];
  readonly functions: LambdaFunctions;
  /** How long to wait before each retry. */
  readonly retryDelaysMs?: readonly number[];
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

/** The rules of a bus, and the asynchronous invocations that they started. */
export interface EventRules {
  readonly deadLetters: readonly DeadLetter[];
  /** Starts the functions whose rule matches an event, without waiting for them. */
  apply(event: BusEvent): void;
  /** Resolves when no invocation is running or waits to be retried. */
  settled(): Promise<void>;
  /** Cancels the retries. */
  close(): void;
}

/** Lambda retries twice, after one minute and two; a developer waits for seconds. */
const RETRY_DELAYS_MS = [1_000, 2_000];

/**
 * Creates the rules, which invoke functions as EventBridge and Lambda do: at least once, with retries when a
 * function fails, and with a dead letter after the last one.
 *
 * @see [Asynchronous invocation](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)
 */
export function createEventRules({
  rules,
  functions,
  retryDelaysMs = RETRY_DELAYS_MS,
  onDeadLetter = () => {},
}: EventRulesOptions): EventRules {
  const running = new Set<Promise<void>>();
  const deadLetters: DeadLetter[] = [];
  const closing = new AbortController();

  async function invoke(functionName: string, event: BusEvent): Promise<void> {
    const payload = JSON.stringify(toDeliveredEvent(event));
    for (const delay of [0, ...retryDelaysMs]) {
      if (delay > 0) await sleep(delay, undefined, { signal: closing.signal, ref: false });
      const invocation = { functionName, type: "RequestResponse", payload };
      const { status, headers } = await invokeFunction(functions, invocation);
      if (status === 200 && headers[FUNCTION_ERROR] === undefined) return;
    }
    const letter = { functionName, event };
    deadLetters.push(letter);
    onDeadLetter(letter);
  }

  return {
    deadLetters,
    apply(event) {
      for (const rule of rules.filter((rule) => matches(rule, event))) {
        const invoked = invoke(rule.functionName, event)
          .catch(() => {})
          .finally(() => running.delete(invoked));
        running.add(invoked);
      }
    },
    async settled() {
      // A function may publish an event that another rule matches.
      while (running.size > 0) await Promise.all(running);
    },
    close: () => closing.abort(),
  };
}

/**
 * Returns an event as EventBridge delivers it to a target.
 *
 * @see [Event structure](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html)
 */
function toDeliveredEvent({ id, source, detailType, time, detail }: BusEvent) {
  return {
    version: "0",
    id,
    "detail-type": detailType,
    source,
    account: ACCOUNT_ID,
    // EventBridge keeps whole seconds.
    time: time.replace(/\.\d+Z$/, "Z"),
    region: REGION,
    resources: [],
    detail,
  };
}

function matches(rule: EventRule, { bus, source, detailType }: BusEvent): boolean {
  return rule.bus === bus && rule.source === source && rule.detailTypes.includes(detailType);
}
