import { describe } from "vitest";
import { testClock } from "./clock.contract.ts";
import { testDueWork } from "./due-work.contract.ts";
import { testExpiry } from "./expiry.contract.ts";
import { testGrantRestored } from "./grant-restored.contract.ts";
import { testGrantEnds } from "./grant-status.contract.ts";
import { testGrantedPermissions } from "./granted-permissions.contract.ts";
import { testInstallationActivity } from "./installation-activity.contract.ts";
import { testInstallationDelete } from "./installation-delete.contract.ts";
import { testInstallationRepository } from "./installation-repository.contract.ts";
import { testInstallationSearch } from "./installation-search.contract.ts";
import { testInstallationTransfer } from "./installation-transfer.contract.ts";
import { testInstallationUpdate } from "./installation-update.contract.ts";
import { testLookedUp } from "./looked-up.contract.ts";
import { testPendingEvents } from "./pending-events.contract.ts";
import { testPlatformFields } from "./platform-fields.contract.ts";
import { testRefreshFailures } from "./refresh-failures.contract.ts";
import { testRefreshLeases } from "./refresh-leases.contract.ts";
import { testReinstall } from "./reinstall.contract.ts";
import { testSharedAccounts } from "./shared-accounts.contract.ts";
import type { CreateStores } from "./stores.ts";
import { testTokenRejections } from "./token-rejections.contract.ts";
import { testTokenRetention } from "./token-retention.contract.ts";
import { testTokenStore } from "./token-store.contract.ts";
import { testUnclaimed } from "./unclaimed.contract.ts";
import { testWebhookRegistrations } from "./webhook-registrations.contract.ts";

/** The contracts of all ports that share the rows of installations. */
export function testStores(createStores: CreateStores): void {
  describe("the repository", () => {
    testInstallationRepository(createStores);
    testInstallationSearch(createStores);
    testInstallationActivity(createStores);
    testReinstall(createStores);
    testSharedAccounts(createStores);
    testClock(createStores);
    testInstallationUpdate(createStores);
    testInstallationDelete(createStores);
    testInstallationTransfer(createStores);
    testUnclaimed(createStores);
  });

  describe("the token store", () => {
    testTokenStore(createStores);
    testPlatformFields(createStores);
    testLookedUp(createStores);
    testGrantEnds(createStores);
    testGrantRestored(createStores);
    testTokenRetention(createStores);
    testGrantedPermissions(createStores);
  });

  describe("refresh leases", () => {
    testRefreshLeases(createStores);
    testRefreshFailures(createStores);
  });

  describe("rejected tokens", () => {
    testTokenRejections(createStores);
  });

  describe("scheduled work", () => {
    testPendingEvents(createStores);
    testDueWork(createStores);
    testExpiry(createStores);
    testWebhookRegistrations(createStores);
  });
}
