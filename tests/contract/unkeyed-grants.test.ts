import { beforeEach, expect, test } from "vitest";
import { grantedKey } from "../../core/grants/granted-key.ts";
import { untilBlocked } from "../support/blocked.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import {
  hold,
  newAppInstallation,
  newInstallation,
  plantIn,
  read,
  type Stores,
  toInstall,
} from "./stores.ts";

const { sql, createStores } = await startPostgresStores();

const REFRESHED = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: ["repo"],
};

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
});

/** Stores an installation as the release before the keys of grants has stored it. */
async function plantUnkeyed(input = newInstallation()): Promise<string> {
  const { id } = await plantIn(stores, input);
  await sql`update installations set granted_key = null where id = ${id}`;
  return id;
}

async function readKey(id: string): Promise<unknown> {
  const [row] = await sql`select granted_key as key from installations where id = ${id}`;
  return row?.key;
}

test("the sweep stores the key of each grant that has none, and changes no other", async () => {
  const scoped = newInstallation({ scopes: ["repo"] });
  const app = newAppInstallation({ scopes: [], permissions: { contents: "read" } });
  const ids = [await plantUnkeyed(scoped), await plantUnkeyed(app)];
  const { id: keyed } = await plantIn(stores, newInstallation());
  await sql`update installations set granted_key = 'key' where id = ${keyed}`;
  const before = await stores.installations.listGrants();

  await stores.expiry.keyGrants();

  expect(before).toMatchObject({ hasUnknown: true });
  expect(await Promise.all(ids.map(readKey))).toEqual([scoped, app].map(grantedKey));
  expect(await readKey(keyed)).toBe("key");
  expect(await stores.installations.listGrants()).toMatchObject({ hasUnknown: false });
});

test("a grant that is not known is no distinct grant, and is not found again", async () => {
  const id = await plantUnkeyed(newInstallation({ scopes: [] }));

  await stores.expiry.keyGrants();

  expect(await readKey(id)).toBe("");
  expect(await stores.installations.listGrants()).toEqual({ grants: [], hasUnknown: true });
  await stores.installations.update(id, { isActive: false });
  expect(await stores.installations.listGrants()).toEqual({ grants: [], hasUnknown: false });
});

test("an event of a change needs a known grant: the empty key is none", async () => {
  const input = newInstallation({ scopes: [] });
  await plantUnkeyed(input);
  await stores.expiry.keyGrants();

  const again = await stores.installations.upsert(toInstall({ ...input, scopes: ["repo"] }));

  expect(again).not.toHaveProperty("permissionsEvent");
  expect(await readKey(again.installation.id)).toBe(grantedKey({ ...input, scopes: ["repo"] }));
});

test("an unknown grant of which a refresh returns the scopes is known then, without an event", async () => {
  const id = await plantUnkeyed(newInstallation({ scopes: [] }));
  await stores.expiry.keyGrants();
  const lease = await hold(stores.leases, await read(stores.tokens, id));

  const written = await stores.leases.write(lease, REFRESHED, { keepPrevious: false });

  expect(written).toEqual({ expiresAt: null });
  expect(await stores.installations.listGrants()).toMatchObject({ hasUnknown: false });
});

test("a grant that is changed meanwhile by a release before does not get the key of the one that was read", async () => {
  const id = await plantUnkeyed(newInstallation({ scopes: ["repo"] }));
  const isChanged = Promise.withResolvers<void>();
  const changed = sql.begin(async (own) => {
    await own`update installations set scopes = '["gist"]' where id = ${id}`;
    isChanged.resolve();
    await untilBlocked(sql);
  });
  await isChanged.promise;

  await Promise.all([stores.expiry.keyGrants(), changed]);

  const key = grantedKey(newInstallation({ scopes: ["gist"] }));
  // Where the update is refused and tried again, as on Aurora DSQL, it reads the grant as it is now.
  expect([null, key]).toContain(await readKey(id));
  await stores.expiry.keyGrants();
  expect(await readKey(id)).toBe(key);
});
