import { describe } from "vitest";
import type { SealedRow } from "../../core/ports/sealed-rows.ts";
import { testConsumedStates } from "../contract/consumed-states.contract.ts";
import { testDeliveries } from "../contract/deliveries.contract.ts";
import { testDeliveriesByWebhooks } from "../contract/deliveries-by-webhooks.contract.ts";
import { testIdleInstallations } from "../contract/idle-installations.contract.ts";
import { testInstallLinks } from "../contract/install-links.contract.ts";
import { testInstallationEvents } from "../contract/installation-events.contract.ts";
import { testOutbox } from "../contract/outbox.contract.ts";
import { testPendingInstallations } from "../contract/pending-installations.contract.ts";
import { testRebinding } from "../contract/rebinding.contract.ts";
import { testRedeliveries } from "../contract/redeliveries.contract.ts";
import { testSealedRows } from "../contract/sealed-rows.contract.ts";
import { testStores } from "../contract/stores.contract.ts";
import { testWaitingRequests } from "../contract/waiting-requests.contract.ts";
import { createMemoryConsumedStates } from "../support/memory/consumed-states.ts";
import { createMemoryInstallationEvents } from "../support/memory/installation-events.ts";
import { createMemoryPendingInstallations } from "../support/memory/pending-installations.ts";
import { createMemorySealedRows } from "../support/memory/sealed-rows.ts";
import { createMemoryStores } from "../support/memory/stores.ts";

describe("in memory", () => {
  testStores(createMemoryStores);
  testIdleInstallations(createMemoryStores);
  testInstallLinks(createMemoryStores);
  testRebinding(createMemoryStores);
  testWaitingRequests(createMemoryStores);
  testDeliveries(createMemoryStores);
  testDeliveriesByWebhooks(createMemoryStores);
  testOutbox(createMemoryStores);
  testRedeliveries(createMemoryStores);
});

describe("pending installations in memory", () => {
  testPendingInstallations(async () => createMemoryPendingInstallations());
});

describe("installation events in memory", () => {
  testInstallationEvents(async () => {
    const events = createMemoryInstallationEvents();
    return { events, received: async () => events.published };
  });
});

describe("consumed states in memory", () => {
  testConsumedStates(async () => createMemoryConsumedStates());
});

describe("sealed rows in memory", () => {
  testSealedRows(async () => {
    const rows = new Map<string, SealedRow>();
    return {
      rows: createMemorySealedRows(rows),
      async put(row) {
        rows.set(row.installationId, row);
      },
      read: async (id) => rows.get(id)?.texts ?? {},
    };
  });
});
