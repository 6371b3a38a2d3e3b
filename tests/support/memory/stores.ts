import type { CreateStores } from "../../contract/stores.ts";
import { createMemoryConsumedStates } from "./consumed-states.ts";
import { createMemoryDeliveries, createMemoryOutbox } from "./deliveries.ts";
import { createMemoryDueWork } from "./due-work.ts";
import { createMemoryExpiry } from "./expiry.ts";
import { createMemoryInstallLinks } from "./install-links.ts";
import { createMemoryActivity } from "./installation-activity.ts";
import { createMemoryInstallationCounts } from "./installation-counts.ts";
import { createMemoryInstallations } from "./installations.ts";
import { createMemoryPendingEvents } from "./pending-events.ts";
import { createMemoryPendingInstallations, type PendingRow } from "./pending-installations.ts";
import { createMemoryRedeliveries } from "./redeliveries.ts";
import { createTables } from "./tables.ts";
import { createMemoryTokenRejections } from "./token-rejections.ts";
import { createMemoryWaitingRequests } from "./waiting-requests.ts";
import { createMemoryWebhookRegistrations } from "./webhook-registrations.ts";

/** Creates all adapters in memory over the same rows, with a clock of their own. */
export const createMemoryStores: CreateStores = async ({ retentionDays = 7 } = {}) => {
  let offsetMs = 0;
  // Not `Date.now`, which a test may change: that is the clock of the process.
  const now = () => performance.timeOrigin + performance.now() + offsetMs;
  const tables = createTables({ now, retentionDays });
  const consumedStates = new Map<string, Date>();
  const pending = new Map<string, PendingRow>();
  const installations = createMemoryInstallations(tables);
  return {
    installations,
    transfer: installations,
    tokens: installations,
    leases: installations,
    rejections: createMemoryTokenRejections(tables),
    pendingEvents: createMemoryPendingEvents(tables),
    dueWork: createMemoryDueWork(tables),
    counts: createMemoryInstallationCounts(tables),
    activity: createMemoryActivity(tables),
    expiry: createMemoryExpiry(tables, { consumedStates, pending }),
    deliveries: createMemoryDeliveries(tables),
    outbox: createMemoryOutbox(tables),
    redeliveries: createMemoryRedeliveries({
      now,
      isDone: (guid) => tables.deliveries.get(`github:${guid}`)?.isDone ?? false,
    }),
    requests: createMemoryWaitingRequests(now),
    links: createMemoryInstallLinks(tables),
    consumedStates: createMemoryConsumedStates(consumedStates),
    pending: createMemoryPendingInstallations(pending, now),
    registrations: createMemoryWebhookRegistrations(tables),
    async age(seconds) {
      offsetMs += seconds * 1000;
    },
  };
};
