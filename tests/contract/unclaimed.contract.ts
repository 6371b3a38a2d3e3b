import { describe, expect, test } from "vitest";
import type { UnclaimedInstallation } from "../../core/ports/installation-repository.ts";
import { newLink } from "./install-links.contract.ts";
import {
  type CreateStores,
  newAppInstallation,
  readSecrets,
  type Stores,
  toInstall,
} from "./stores.ts";

/** After this time, the event of an unclaimed installation is due. */
const CLAIM_SECONDS = 900;
const DUE = { count: 100, retrySeconds: 0 };

/** Returns an unclaimed installation, and the install that connects it. */
function newUnclaimed(change: Partial<UnclaimedInstallation> = {}) {
  const { organizationId, organizationName, clientId } = newAppInstallation();
  const unclaimed: UnclaimedInstallation = {
    platform: "github",
    organizationId,
    organizationName,
    kind: "github_app",
    providerInstallationId: "12345",
    clientId,
    installedBy: "somebody",
    installedById: "7",
    requester: null,
    ...change,
  };
  return {
    unclaimed,
    claim: toInstall(
      newAppInstallation({ organizationId, installedById: "8", metadata: { customer: "c-1" } }),
    ),
  };
}

async function plantUnclaimed(createStores: CreateStores) {
  const stores = await createStores();
  const { unclaimed, claim } = newUnclaimed();
  await stores.installations.addUnclaimed(unclaimed);
  const { organizationId } = unclaimed;
  const planted = await stores.installations.find({ platform: "github", organizationId });
  if (!planted) throw new Error("The installation was not stored.");
  return { ...stores, unclaimed, claim, planted };
}

/** Returns the types of the events that are due once nobody has connected the installation in time. */
async function dueAfterClaimTime({ age, pendingEvents }: Stores): Promise<string[]> {
  await age(CLAIM_SECONDS + 1);
  return (await pendingEvents.takeDue(DUE)).map(({ type }) => type);
}

/** The contract of installations that no owner has connected, for every adapter. */
export function testUnclaimed(createStores: CreateStores): void {
  describe("an unclaimed installation", () => {
    test("is inactive, without a token, and not exported", async () => {
      const { planted, tokens, transfer } = await plantUnclaimed(createStores);

      expect(planted).toMatchObject({
        isActive: false,
        inactiveReason: "unclaimed",
        installedBy: "somebody",
        metadata: {},
      });
      expect(await tokens.findToken({ id: planted.id })).toMatchObject({
        accessToken: null,
        isActive: false,
      });
      const page = await transfer.exportPage({ after: undefined, limit: 10 });
      expect(page.rows).toEqual([]);
    });

    test("keeps the metadata that an operator gave it when an owner connects it", async () => {
      const { installations, claim, planted } = await plantUnclaimed(createStores);
      const metadata = { customer: "c-0", plan: "pro" };
      await installations.update(planted.id, { metadata });

      const { installation } = await installations.upsert(claim);

      expect(installation).toMatchObject({
        id: planted.id,
        metadata: { customer: "c-1", plan: "pro" },
      });
    });

    test("that somebody has connected meanwhile is not replaced by an approved request", async () => {
      const { installations, claim, planted } = await plantUnclaimed(createStores);
      await installations.upsert(claim);
      const connected = await installations.find({ id: planted.id });

      const late = installations.upsert(claim, { onlyUnclaimed: true });

      await expect(late).rejects.toMatchObject({ code: "installation_bound_elsewhere" });
      expect(await installations.find({ id: planted.id })).toEqual(connected);
    });

    test("is not stored for an organization that has an installation", async () => {
      const { installations, ...stores } = await createStores();
      const { unclaimed, claim } = newUnclaimed();
      const { installation } = await installations.upsert(claim);

      const isStored = await installations.addUnclaimed(unclaimed);

      expect(isStored).toBe(false);
      expect(await installations.find({ id: installation.id })).toEqual(installation);
      expect(await dueAfterClaimTime({ ...stores, installations })).toEqual(["created"]);
    });

    test("has the sender of this installation, which its connection keeps", async () => {
      const { installations, unclaimed, claim } = await plantUnclaimed(createStores);
      const { platform, organizationId, providerInstallationId } = unclaimed;
      const key = { platform, organizationId, providerInstallationId };
      const find = () => installations.findSender(key);

      const before = await find();
      await installations.upsert(claim);
      const connected = await find();

      expect([before, connected]).toEqual(["7", "7"]);
      expect(await installations.findSender({ ...key, providerInstallationId: "1" })).toBe(
        undefined,
      );
      expect(await installations.findSender({ ...key, organizationId: "1" })).toBe(undefined);
    });

    test("of an organization that has an installation is its new sender, also after another customer took it", async () => {
      const { installations, links } = await createStores();
      const { unclaimed, claim } = newUnclaimed();
      const { platform, organizationId, providerInstallationId } = unclaimed;
      const key = { platform, organizationId, providerInstallationId };
      const link = newLink({ metadata: { customer: "c-2" }, replaces: true });
      await links.create(link);
      const before = await installations.upsert(claim);

      const unknown = await installations.findSender(key);
      await installations.addUnclaimed(unclaimed);
      const again = await installations.addUnclaimed({ ...unclaimed, installedById: "9" });
      const sender = await installations.findSender(key);
      const rebound = await installations.upsert(
        { ...claim, metadata: link.metadata },
        { link, customer: link.metadata },
      );

      expect([unknown, again, sender]).toEqual([undefined, false, "9"]);
      expect(rebound.installation.id).not.toBe(before.installation.id);
      expect(await installations.findSender(key)).toBe("9");
    });

    test("has its event 15 minutes later, once, and not before", async () => {
      const { pendingEvents, age, installations, unclaimed, planted } =
        await plantUnclaimed(createStores);
      const isStoredAgain = await installations.addUnclaimed(unclaimed);

      await age(CLAIM_SECONDS - 10);
      const early = await pendingEvents.takeDue(DUE);
      await age(11);
      const due = await pendingEvents.takeDue(DUE);

      expect(isStoredAgain).toBe(false);
      expect(early).toEqual([]);
      expect(due).toMatchObject([{ type: "unclaimed", installationId: planted.id }]);
      expect(due).toHaveLength(1);
    });

    test("is created by an install, with its own secret and metadata, and keeps its id", async () => {
      const { planted, claim, ...stores } = await plantUnclaimed(createStores);

      const claimed = await stores.installations.upsert(claim);

      expect(claimed.created).toBe(true);
      expect(claimed.event).toMatchObject({ type: "created", installationId: planted.id });
      expect(claimed.installation).toMatchObject({
        id: planted.id,
        isActive: true,
        installedById: "8",
        metadata: { customer: "c-1" },
      });
      const secret = await stores.tokens.findWebhookSecret({ id: planted.id });
      expect(secret).toBe(claim.webhookSecret);
      expect(await dueAfterClaimTime(stores)).toEqual(["created"]);
    });

    test("that is connected by many installs at once is created once", async () => {
      const { claim, ...stores } = await plantUnclaimed(createStores);

      const installs = await Promise.all(
        Array.from({ length: 8 }, () => stores.installations.upsert(claim)),
      );

      expect(installs.filter(({ created }) => created)).toHaveLength(1);
      const types = await dueAfterClaimTime(stores);
      expect(types.filter((type) => type === "created")).toHaveLength(1);
      expect(types).not.toContain("unclaimed");
    });

    test("is created by an operator with a grant, and keeps its id", async () => {
      const { planted, unclaimed, ...stores } = await plantUnclaimed(createStores);
      const { organizationId } = unclaimed;

      const { installation } = await stores.installations.create(
        newAppInstallation({ organizationId }),
      );

      expect(installation).toMatchObject({ id: planted.id, isActive: true });
      expect(await dueAfterClaimTime(stores)).toEqual(["created"]);
    });

    test("that an operator activates has no event", async () => {
      const { planted, ...stores } = await plantUnclaimed(createStores);

      await stores.installations.update(planted.id, { isActive: true });

      expect(await dueAfterClaimTime(stores)).toEqual([]);
    });

    test("is deleted by an operator without an event", async () => {
      const { planted, ...stores } = await plantUnclaimed(createStores);

      const deleted = await stores.installations.delete(planted.id, 1);

      expect(deleted).toMatchObject({ event: null });
      expect(await dueAfterClaimTime(stores)).toEqual([]);
    });

    test("is deleted when it was uninstalled, and an installation that somebody connected is not", async () => {
      const { planted, claim, ...stores } = await plantUnclaimed(createStores);
      const fence = await readSecrets(stores.tokens, planted.id);
      const other = await plantUnclaimed(async () => stores);
      const otherFence = await readSecrets(stores.tokens, other.planted.id);
      await stores.installations.upsert(claim);

      const isClaimedDeleted = await stores.tokens.deleteUnclaimed(fence);
      const isOtherDeleted = await stores.tokens.deleteUnclaimed(otherFence);

      expect([isClaimedDeleted, isOtherDeleted]).toEqual([false, true]);
      expect(await stores.installations.find({ id: other.planted.id })).toBeUndefined();
      expect(await dueAfterClaimTime(stores)).toEqual(["created"]);
    });
  });
}
