import { describe, expect, test } from "vitest";
import type { NewDelivery } from "../../core/ports/deliveries.ts";
import type { WebhookSite } from "../../core/ports/webhook.ts";
import { type CreateStores, newInstallation, plantIn, type Stores } from "./stores.ts";

const ACME = "acme.atlassian.net";

interface Registered {
  readonly host: string;
  readonly ids: readonly string[];
  readonly retired?: readonly string[];
}

function newDelivery(
  site: WebhookSite,
  webhookIds: readonly string[],
  change: Partial<NewDelivery> = {},
): NewDelivery {
  return {
    id: `jira:${crypto.randomUUID()}`,
    platform: "jira",
    clientId: "client-1",
    claimedBy: crypto.randomUUID(),
    event: "issue_updated",
    owner: { type: "webhooks", site, webhookIds },
    lifecycle: null,
    ...change,
  };
}

/** The contract of `Deliveries` about webhooks that are registered for each organization, for every adapter. */
export function testDeliveriesByWebhooks(createStores: CreateStores): void {
  /** Creates an installation that has registered webhooks. */
  async function plantRegistered(stores: Stores, { host, ids, retired = [] }: Registered) {
    const input = newInstallation({ platform: "jira", kind: "jira_3lo" });
    const planted = await plantIn(stores, input);
    const claim = await stores.registrations.claim(planted.id, { seconds: 60 });
    if (!claim) throw new Error("The webhooks are not due.");
    const registered = { host, ids, retired, configuration: "m", dueInSeconds: 60 };
    await stores.registrations.store(claim, registered);
    return planted;
  }

  async function attributed({ deliveries }: Stores, delivery: NewDelivery) {
    const claim = await deliveries.claim(delivery);
    return claim.status === "claimed" ? claim.installation : undefined;
  }

  describe("a delivery of a webhook that was registered for one organization", () => {
    test("is for the installation of the host, also if another one has the same ids", async () => {
      const stores = await createStores();
      const acme = await plantRegistered(stores, { host: ACME, ids: ["1", "2"] });
      const globex = await plantRegistered(stores, { host: "globex.jira.com", ids: ["1", "2"] });

      for (const ids of [["1"], ["2"], ["2", "1"]]) {
        const first = await attributed(stores, newDelivery({ host: ACME }, ids));
        const second = await attributed(stores, newDelivery({ host: "globex.jira.com" }, ids));
        expect([first?.id, second?.id]).toEqual([acme.id, globex.id]);
      }
    });

    test("is for the installation of the organization's id", async () => {
      const stores = await createStores();
      const { id, input } = await plantRegistered(stores, { host: ACME, ids: ["1"] });
      await plantRegistered(stores, { host: "globex.jira.com", ids: ["1"] });
      const { organizationId } = input;

      expect(await attributed(stores, newDelivery({ organizationId }, ["1"]))).toMatchObject({
        id,
      });
    });

    test.each<[string, WebhookSite, string[], Partial<NewDelivery>]>([
      ["one id that is not registered", { host: ACME }, ["1", "9"], {}],
      ["ids of which none is registered", { host: ACME }, ["9"], {}],
      ["another host", { host: "globex.jira.com" }, ["1"], {}],
      ["an organization that has no installation", { organizationId: "none" }, ["1"], {}],
      ["another registration of the app", { host: ACME }, ["1"], { clientId: "client-2" }],
      ["another platform", { host: ACME }, ["1"], { platform: "slack" }],
    ])("with %s is for nobody", async (_, site, ids, change) => {
      const stores = await createStores();
      await plantRegistered(stores, { host: ACME, ids: ["1", "2"] });

      expect(await attributed(stores, newDelivery(site, ids, change))).toBeNull();
    });

    test("is for nobody if the installation has registered none", async () => {
      const stores = await createStores();
      const { input } = await plantIn(
        stores,
        newInstallation({ platform: "jira", kind: "jira_3lo" }),
      );
      const { organizationId } = input;

      expect(await attributed(stores, newDelivery({ organizationId }, ["1"]))).toBeNull();
    });

    test("of another person's webhook alone counts as for an inactive installation", async () => {
      const stores = await createStores();
      const { id } = await plantRegistered(stores, { host: ACME, ids: ["3"], retired: ["1", "2"] });

      const retired = await attributed(stores, newDelivery({ host: ACME }, ["2", "1"]));
      const both = await attributed(stores, newDelivery({ host: ACME }, ["1", "3"]));
      const present = await attributed(stores, newDelivery({ host: ACME }, ["3"]));

      expect([retired, both, present]).toMatchObject([
        { id, isActive: false },
        { id, isActive: true },
        { id, isActive: true },
      ]);
    });
  });
}
