import { REQUEST_TIMEOUT_SECONDS } from "../../../infra/runtime.ts";
import type { LambdaHandler } from "../../../local/aws/lambda-context.ts";
import { withDeadline } from "../../../local/deadline.ts";
import { type Sandbox, startSandbox } from "../../support/sandbox.ts";
import type { InvocationResult } from "../../support/sandbox-messages.ts";

/** Sandboxes that requests are spread over; one that ended is replaced by a cold one. */
export interface SandboxPool {
  /** The handler of a name, in whichever sandbox has the least to do. */
  load(name: string): Promise<LambdaHandler>;
  /** Sends a signal to one of the sandboxes. */
  signal(slot: number, name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when no request is under way. */
  idle(): Promise<void>;
  /**
   * How long requests took, in milliseconds. Functions behind the event bus, which have more time, are not among them:
   * they must only not be overdue.
   */
  times(): readonly number[];
  /** The names of handlers that did not answer before their function's time was over. */
  overdue(): readonly string[];
}

interface Slot {
  sandbox: Promise<Sandbox>;
  busy: number;
}

/** Starts so many sandboxes, in the environment of the running stack, once they are needed. */
export function createSandboxPool(
  size: number,
  handlers: readonly string[],
  onOutput: (text: string) => void,
): SandboxPool {
  const slots: Slot[] = [];
  const times: number[] = [];
  const overdue: string[] = [];
  const underWay = new Set<Promise<unknown>>();

  function begin(slot: Slot): void {
    slot.sandbox = startSandbox({ handlers, onOutput });
    slot.sandbox
      .then((sandbox) => sandbox.gone())
      .catch(() => {})
      .then(() => begin(slot));
  }

  function choose(): Slot {
    while (slots.length < size) {
      const slot: Slot = { sandbox: Promise.reject(new Error("Not started.")), busy: 0 };
      slot.sandbox.catch(() => {});
      begin(slot);
      slots.push(slot);
    }
    return slots.reduce((least, slot) => (slot.busy < least.busy ? slot : least));
  }

  async function invoke(name: string, event: unknown, remainingMs: number) {
    const slot = choose();
    slot.busy += 1;
    try {
      const sandbox = await slot.sandbox;
      const start = performance.now();
      const answering = sandbox.invoke(name, event, remainingMs);
      const late: InvocationResult = {
        ok: false,
        code: "Sandbox.Timedout",
        message: "Task timed out",
        milliseconds: remainingMs,
      };
      const result = await withDeadline(answering, remainingMs, late);
      if (remainingMs <= REQUEST_TIMEOUT_SECONDS * 1000) times.push(performance.now() - start);
      if (result === late) {
        overdue.push(name);
        sandbox.signal("SIGKILL");
      }
      return result;
    } finally {
      slot.busy -= 1;
    }
  }

  return {
    load: async (name) => async (event, context) => {
      const running = invoke(name, event, context.getRemainingTimeInMillis());
      underWay.add(running);
      const result = await running.finally(() => underWay.delete(running));
      if (result.ok) return result.answer;
      throw Object.assign(new Error(result.message), { name: result.code });
    },
    signal(slot, name) {
      slots[slot]?.sandbox.then((sandbox) => sandbox.signal(name)).catch(() => {});
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    times: () => times,
    overdue: () => overdue,
  };
}
