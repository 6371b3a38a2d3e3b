import { describe, expect, test } from "vitest";
import type { InstallationCreate } from "../../core/installation.ts";
import {
  type CreateStores,
  newInstallation,
  readEvents,
  type Stores,
  toInstall,
} from "./stores.ts";

const REFUSED = { refusesSharedAccounts: true };

/** An install of a Jira site by a person. */
function jira(installedById: string | null, change: Partial<InstallationCreate> = {}) {
  const kind = { platform: "jira", kind: "jira_3lo" } as const;
  return newInstallation({ ...kind, installedById, ...change });
}

async function flagOf({ installations }: Stores, id: string) {
  return (await installations.find({ id }))?.hasSharedAccount;
}

/** The contract about people who install the bot for several organizations, for every adapter. */
export function testSharedAccounts(createStores: CreateStores): void {
  describe("a person who installs the bot for two organizations", () => {
    test("is flagged on both installations and in the second event, while both are active", async () => {
      const stores = await createStores();
      const first = await stores.installations.upsert(toInstall(jira("mia")));
      const second = await stores.installations.upsert(toInstall(jira("mia")));
      const { items } = await stores.installations.list({}, { limit: 10 });
      const both = await flagOf(stores, first.installation.id);

      await stores.installations.update(first.installation.id, { isActive: false });

      expect(first.installation.hasSharedAccount).toBe(false);
      expect(second.installation.hasSharedAccount).toBe(true);
      expect([both, ...items.map((item) => item.hasSharedAccount)]).toEqual([true, true, true]);
      expect([first, second].map(({ event }) => event?.hasSharedAccount)).toEqual([false, true]);
      expect(await flagOf(stores, second.installation.id)).toBe(false);
    });

    test.each<[string, InstallationCreate, InstallationCreate]>([
      ["are two people", jira("mia"), jira("noah")],
      ["nobody knows who they are", jira(null), jira(null)],
      ["another app was used", jira("mia"), jira("mia", { clientId: "client-2" })],
      [
        "the tokens act as the bot",
        newInstallation({ platform: "slack", kind: "slack_bot" }),
        newInstallation({ platform: "slack", kind: "slack_bot" }),
      ],
      ["it is two platforms", jira("583231"), newInstallation()],
    ])("is not flagged or refused if %s", async (_, one, other) => {
      const { installations } = await createStores();
      await installations.upsert(toInstall(one), REFUSED);

      const second = await installations.upsert(toInstall(other), REFUSED);

      expect(second).toMatchObject({ created: true, installation: { hasSharedAccount: false } });
    });

    test("is refused on request, with nothing stored and no event", async () => {
      const stores = await createStores();
      const first = await stores.installations.upsert(toInstall(jira("mia")), REFUSED);
      const input = jira("mia");

      const refused = stores.installations.upsert(toInstall(input), REFUSED);

      await expect(refused).rejects.toMatchObject({ code: "shared_account" });
      const { platform, organizationId } = input;
      expect(await stores.installations.find({ platform, organizationId })).toBeUndefined();
      expect(await readEvents(stores)).toEqual([first.event]);
    });

    test("is refused for an organization that somebody else installed, whose tokens stay", async () => {
      const stores = await createStores();
      await stores.installations.upsert(toInstall(jira("mia")), REFUSED);
      const input = jira("noah");
      const { installation } = await stores.installations.upsert(toInstall(input), REFUSED);
      const taken = { ...input, installedById: "mia", accessToken: "gho_FAKE2" };

      const refused = stores.installations.upsert(toInstall(taken), REFUSED);

      await expect(refused).rejects.toMatchObject({ code: "shared_account" });
      expect(await stores.installations.find({ id: installation.id })).toEqual(installation);
      const token = await stores.tokens.findToken({ id: installation.id });
      expect(token?.accessToken).toBe("gho_FAKE1");
    });

    test("may install the same organization again", async () => {
      const { installations } = await createStores();
      const input = jira("mia");
      await installations.upsert(toInstall(input), REFUSED);

      const again = await installations.upsert(toInstall(input), REFUSED);

      expect(again).toMatchObject({ created: false, installation: { hasSharedAccount: false } });
    });
  });
}
