import { createMemoryDueWork } from "../support/memory/due-work.ts";
import { createMemoryExpiry } from "../support/memory/expiry.ts";
import { createMemoryInstallationRepository } from "../support/memory/installation-repository.ts";
import { createMemoryPendingEvents } from "../support/memory/pending-events.ts";
import { createMemoryRefreshLeases } from "../support/memory/refresh-leases.ts";
import { createTables, type Tables } from "../support/memory/tables.ts";
import { createMemoryTokenStore } from "../support/memory/token-store.ts";
import { createIssuedTokens, type IssuedTokens } from "./issued-tokens.ts";
import { createObserver, type Observer } from "./observer.ts";
import type { PlatformContext, PlatformModel } from "./platform.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import type { StorePorts } from "./store-steps.ts";

/** Everything that exists once in a simulation. */
export interface World {
  readonly scheduler: Scheduler;
  readonly tables: Tables;
  readonly store: StorePorts;
  readonly tokens: IssuedTokens;
  readonly model: PlatformModel;
  readonly observer: Observer;
}

export interface WorldOptions {
  createModel(context: PlatformContext): PlatformModel;
  /** Changes the store, to show that the model finds what is wrong with it. */
  breakStore?(sound: StorePorts, context: Pick<World, "scheduler" | "tables">): StorePorts;
  readonly isTraced?: boolean;
}

/** Creates an empty store and a platform without installations, on one clock. */
export function createWorld(options: WorldOptions): World {
  const scheduler = createScheduler(options);
  const { now, stepCount } = scheduler;
  const tables = createTables({ now });
  const tokens = createIssuedTokens(stepCount);
  const sound: StorePorts = {
    installations: createMemoryInstallationRepository(tables),
    tokens: createMemoryTokenStore(tables),
    leases: createMemoryRefreshLeases(tables),
    pendingEvents: createMemoryPendingEvents(tables),
    dueWork: createMemoryDueWork(tables),
    expiry: createMemoryExpiry(tables),
  };
  return {
    scheduler,
    tables,
    store: options.breakStore?.(sound, { scheduler, tables }) ?? sound,
    tokens,
    model: options.createModel({ tokens, now }),
    observer: createObserver({ scheduler, tables, tokens }),
  };
}
