import type { Outbox } from "../../core/ports/deliveries.ts";
import type { EventSender, InstallationEvents } from "../../core/ports/installation-events.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import type { Redeliveries } from "../../core/ports/redeliveries.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import type { WebhookBus } from "../../core/ports/webhook-event.ts";
import type { FindMetadata } from "../../core/tokens/caller-limits.ts";
import { createTokenNarrower, type Narrow } from "../../core/tokens/narrow.ts";
import type { FindPlatformFields } from "../../core/tokens/platform-fields.ts";
import { createRefresh, type Refresh } from "../../core/tokens/refresh.ts";
import type { ReplaceRejected } from "../../core/tokens/rejections.ts";
import type { Timing } from "../../core/tokens/timing.ts";
import { createBus } from "./bus.ts";
import { observePorts } from "./observed-ports.ts";
import { createSteppedProvider } from "./platform-steps.ts";
import type { Process } from "./scheduler.ts";
import { createSteppedTiming } from "./stepped-timing.ts";
import { createSteppedPorts, type StorePorts } from "./store-steps.ts";
import type { World } from "./world.ts";

/** The context of an invocation of a function. The memory of its process is shared with the ones before it. */
export interface Context extends StorePorts {
  readonly world: World;
  readonly process: Process;
  readonly provider: OAuthProvider;
  readonly providers: readonly OAuthProvider[];
  readonly refresh: Refresh;
  readonly narrow: Narrow;
  readonly findPlatformFields: FindPlatformFields;
  readonly findMetadata: FindMetadata;
  readonly replaceRejected: ReplaceRejected;
  readonly onRejection: () => void;
  readonly events: InstallationEvents;
  readonly sender: EventSender;
  readonly outbox: Outbox;
  readonly bus: WebhookBus;
  readonly redeliveries: Redeliveries;
  readonly timing: Timing;
  readonly remainingMs: () => number;
}

/** An invocation of a function, or something that a person does. */
export interface Invocation {
  readonly name: string;
  /** When Lambda kills it. */
  readonly timeoutSeconds: number;
  run(context: Context): Promise<void>;
}

/** Starts a process that runs invocations one after the other; after a crash, another one goes on. */
export function startProcess(world: World, name: string, invocations: readonly Invocation[]): void {
  const { scheduler } = world;
  let done = 0;

  async function main(process: Process): Promise<void> {
    const { published, ...context } = createContext(world, process);
    for (const { name, timeoutSeconds, run } of invocations.slice(done)) {
      done += 1;
      process.deadline = Number.POSITIVE_INFINITY;
      process.invocation += 1;
      await scheduler.act(process, name, () => {
        process.deadline = scheduler.now() + timeoutSeconds * 1000;
      });
      await run(context);
      await published();
    }
  }
  const start = () => scheduler.start(name, main, start);
  start();
}

function createContext(world: World, process: Process) {
  const { scheduler, store, model, observer } = world;
  const { timing, limitOf } = createSteppedTiming(scheduler, process);
  const stepped = createSteppedPorts(scheduler, process, store, observer.rows.read);
  const { ports, held } = observePorts(world, process, stepped);
  const calls = { scheduler, model, limitOf, onSend: observer.checkSend };
  const provider = createSteppedProvider(calls, process, held);
  const { published, ...bus } = createBus(world, process, ports.pendingEvents);
  const shared = { ...ports, events: bus, timing, onAttempt() {} };
  return {
    ...shared,
    world,
    process,
    provider,
    providers: [provider],
    sender: bus,
    // No delivery is part of a model.
    outbox: { takeDue: async () => [], remove: async () => {} },
    bus: { put: async () => true },
    redeliveries: {
      takeScan: async () => undefined,
      store: async () => {},
      takeDue: async () => [],
    },
    refresh: createRefresh(shared),
    narrow: createTokenNarrower(shared),
    // They change nothing about the tokens.
    findPlatformFields: async () => ({}),
    findMetadata: async () => ({}),
    replaceRejected: async (token: StoredToken) => token,
    onRejection() {},
    remainingMs: () => process.deadline - scheduler.now(),
    published,
  };
}
