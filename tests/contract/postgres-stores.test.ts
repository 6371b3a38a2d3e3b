import { describe } from "vitest";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { testDeliveries } from "./deliveries.contract.ts";
import { testDeliveriesByWebhooks } from "./deliveries-by-webhooks.contract.ts";
import { testIdleInstallations } from "./idle-installations.contract.ts";
import { testInstallLinks } from "./install-links.contract.ts";
import { testOutbox } from "./outbox.contract.ts";
import { testRebinding } from "./rebinding.contract.ts";
import { testRedeliveries } from "./redeliveries.contract.ts";
import { testStores } from "./stores.contract.ts";
import { testWaitingRequests } from "./waiting-requests.contract.ts";

const { createStores } = await startPostgresStores();

describe("in PostgreSQL", () => {
  testStores(createStores);
  testIdleInstallations(createStores);
  testInstallLinks(createStores);
  testRebinding(createStores);
  testWaitingRequests(createStores);
  testDeliveries(createStores);
  testDeliveriesByWebhooks(createStores);
  testOutbox(createStores);
  testRedeliveries(createStores);
});
