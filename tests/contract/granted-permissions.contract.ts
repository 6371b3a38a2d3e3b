import { describe, expect, test } from "vitest";
import {
  type CreateStores,
  hold,
  newAppInstallation,
  newInstallation,
  plant,
  plantIn,
  read,
  readEvents,
  readSecrets,
  type Stores,
  toInstall,
} from "./stores.ts";

const READ = { contents: "read" };
const WRITE = { contents: "write", issues: "read" };

const MINTED = {
  accessToken: "ghs_FAKE2",
  refreshToken: null,
  expiresInSeconds: 3_600,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

/** Tests what is stored about the scopes and permissions of grants. */
export function testGrantedPermissions(createStores: CreateStores): void {
  const plantApp = (permissions?: Readonly<Record<string, string>>) =>
    plant(createStores, newAppInstallation({ scopes: [], permissions }));

  async function readTypes(stores: Stores): Promise<string[]> {
    return (await readEvents(stores)).map(({ type }) => type);
  }

  describe("the permissions of an installation", () => {
    test("are stored with an install, and replaced by the next one", async () => {
      const stores = await plantApp(READ);
      const { id, input, installation, installations, token } = stores;

      const second = await installations.upsert(toInstall({ ...input, permissions: WRITE }));

      expect([installation.permissions, token.permissions]).toEqual([READ, READ]);
      expect(second.installation).toMatchObject({ id, permissions: WRITE });
      expect(second.permissionsEvent).toMatchObject({
        type: "permissions_changed",
        installationId: id,
      });
      expect(await readTypes(stores)).toEqual(["created", "reinstalled", "permissions_changed"]);
    });

    test.each([
      ["with the same permissions in another order", WRITE, { issues: "read", contents: "write" }],
      ["without known permissions", READ, undefined],
      ["of one without known permissions", undefined, READ],
    ])("an install again %s sends no event of a change", async (_, before, after) => {
      const stores = await plantApp(before);

      const again = toInstall({ ...stores.input, permissions: after });
      expect(await stores.installations.upsert(again)).not.toHaveProperty("permissionsEvent");

      expect(await readTypes(stores)).toEqual(["created", "reinstalled"]);
    });

    test("an install of another app with the same permissions sends no event of a change", async () => {
      const stores = await plantApp(READ);

      await stores.installations.upsert(toInstall({ ...stores.input, clientId: "client-2" }));

      expect(await readTypes(stores)).toEqual(["created", "reinstalled"]);
    });

    test("are replaced by those of a minted token, with an event", async () => {
      const stores = await plantApp(READ);
      const { id, leases, token, tokens } = stores;
      const lease = await hold(leases, token);

      const minted = { ...MINTED, permissions: WRITE };
      const written = await leases.write(lease, minted, { keepPrevious: false });

      expect(written?.event).toMatchObject({ type: "permissions_changed", installationId: id });
      expect((await read(tokens, id)).permissions).toEqual(WRITE);
      expect(await readTypes(stores)).toEqual(["created", "permissions_changed"]);
    });

    test.each([
      ["the same permissions", READ, READ, READ],
      ["no permissions", READ, undefined, READ],
      ["the first known permissions", undefined, WRITE, WRITE],
    ])("a minted token with %s sends no event", async (_, before, minted, after) => {
      const stores = await plantApp(before);
      const { id, leases, token, tokens } = stores;
      const lease = await hold(leases, token);

      await leases.write(lease, { ...MINTED, permissions: minted }, { keepPrevious: false });

      expect(await read(tokens, id)).toMatchObject({
        accessToken: "ghs_FAKE2",
        permissions: after,
      });
      expect(await readTypes(stores)).toEqual(["created"]);
    });

    test("at the platform are stored, and the token with the old ones is not returned", async () => {
      const stores = await plantApp(READ);
      const { id, tokens } = stores;

      const change = await tokens.storePermissions(await readSecrets(tokens, id), WRITE);

      expect(change?.event).toMatchObject({ type: "permissions_changed", installationId: id });
      expect(await read(tokens, id)).toMatchObject({ permissions: WRITE, expiresAt: null });
      expect(await readTypes(stores)).toEqual(["created", "permissions_changed"]);
    });

    test("that were not known are stored without an event", async () => {
      const stores = await plantApp();
      const { id, tokens } = stores;

      const secrets = await readSecrets(tokens, id);

      expect(await tokens.storePermissions(secrets, READ)).toEqual({ event: null });
      expect((await read(tokens, id)).permissions).toEqual(READ);
      expect(await readTypes(stores)).toEqual(["created"]);
    });

    test("are not stored if the status or the permissions changed since they were read", async () => {
      const stores = await plantApp(READ);
      const { id, leases, tokens } = stores;
      const old = await readSecrets(tokens, id);
      const lease = await hold(leases, await read(tokens, id));
      await leases.write(lease, { ...MINTED, permissions: WRITE }, { keepPrevious: false });

      const afterMint = await tokens.storePermissions(old, { contents: "admin" });
      const current = await readSecrets(tokens, id);
      await tokens.expireToken(current);
      const afterExpiry = await tokens.storePermissions(current, { contents: "admin" });

      expect([afterMint, afterExpiry]).toEqual([undefined, undefined]);
      expect((await read(tokens, id)).permissions).toEqual(WRITE);
    });

    test("a token that is being minted with the old ones is not stored", async () => {
      const { id, leases, token, tokens } = await plantApp(READ);
      const lease = await hold(leases, token);

      await tokens.storePermissions(await readSecrets(tokens, id), WRITE);

      const minted = { ...MINTED, permissions: READ };
      expect(await leases.write(lease, minted, { keepPrevious: false })).toBeUndefined();
      expect((await read(tokens, id)).permissions).toEqual(WRITE);
    });

    test("of an installation that nobody has connected are stored, too", async () => {
      const { installations } = await createStores();
      const input = newAppInstallation({ clientId: crypto.randomUUID() });
      const { platform, organizationId, clientId } = input;
      const permissions = WRITE;
      const unclaimed = { ...input, providerInstallationId: "12345", permissions, requester: null };
      await installations.addUnclaimed(unclaimed);

      const found = await installations.find({ platform, organizationId });
      const { grants } = await installations.listGrants();

      expect(found).toMatchObject({ inactiveReason: "unclaimed", permissions });
      expect(grants.filter((one) => one.clientId === clientId)).toMatchObject([{ permissions }]);
    });

    test.each([[["repo"]], [[]]])(
      "are those of a GitHub App only: with scopes %j",
      async (scopes) => {
        const { id, tokens } = await plant(createStores, newInstallation({ scopes }));

        const secrets = await readSecrets(tokens, id);

        expect(await tokens.storePermissions(secrets, READ)).toBeUndefined();
        expect((await read(tokens, id)).permissions).toEqual({});
      },
    );
  });

  describe("the distinct grants", () => {
    test("are those of all installations, once each, and a list finds their installations", async () => {
      const { installations, tokens } = await createStores();
      const clientId = crypto.randomUUID();
      const grants = Array.from({ length: 19 }, (_, index) => [`scope-${index}`]);
      const planted: { readonly id: string }[] = [];
      for (const scopes of [...grants, ...grants, []]) {
        planted.push(
          await plantIn({ installations, tokens }, newInstallation({ clientId, scopes })),
        );
      }

      const known = await installations.listGrants();
      const found = known.grants.filter((one) => one.clientId === clientId);

      expect(found.map(({ scopes }) => scopes).toSorted()).toEqual(grants.toSorted());
      const keys = found.filter(({ scopes }) => ["scope-3", "scope-7"].includes(scopes[0] ?? ""));
      const filter = { grantedKeys: keys.map(({ key }) => key) };
      const expected = [3, 7, 22, 26].flatMap((index) => planted[index]?.id ?? []).reverse();
      const first = await installations.list(filter, { limit: 3 });
      const second = await installations.list(filter, { limit: 3, before: first.items.at(-1)?.id });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(expected);
      expect([first.hasMore, second.hasMore]).toEqual([true, false]);
    });

    test("change with the scopes of an update and of a refresh that returns scopes", async () => {
      const stores = await plant(createStores, { clientId: crypto.randomUUID() });
      const { id, input, installations, leases, tokens } = stores;
      const scopesOf = async () =>
        (await installations.listGrants()).grants
          .filter(({ clientId }) => clientId === input.clientId)
          .map(({ scopes }) => scopes);
      const refresh = async (scopes: readonly string[]) => {
        const lease = await hold(leases, await read(tokens, id));
        await leases.write(lease, { ...MINTED, scopes }, { keepPrevious: false });
        return scopesOf();
      };

      await installations.update(id, { scopes: ["gist"] });

      expect(await scopesOf()).toEqual([["gist"]]);
      expect(await refresh([])).toEqual([["gist"]]);
      expect(await refresh(["gist", "repo"])).toEqual([["gist", "repo"]]);
      expect(await readTypes(stores)).toEqual(["created", "permissions_changed"]);
    });
  });
}
