import { beforeEach, expect, test } from "vitest";
import { createPostgresExpiry } from "../../core/postgres/expiry.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { hasAllSearchKeys } from "../../core/postgres/search-key-passes.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { newInstallation, plantIn, type Stores } from "./stores.ts";

const { sql, sealer, database, createStores } = await startPostgresStores();

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
  await sql`delete from search_key_passes`;
});

/** Stores an installation as the release before the keys has stored it. */
async function plantUnkeyed(organizationName: string, customer: string): Promise<string> {
  const input = newInstallation({
    organizationName,
    metadata: { customer, owner: `o-${customer}` },
  });
  const { id } = await plantIn(stores, input);
  await sql`update installations set name_key = null, customer = null where id = ${id}`;
  return id;
}

/** Lets the functions of the release before end, which may have stored rows during the first pass. */
async function letPassPause(): Promise<void> {
  await sql`update search_key_passes set updated_at = updated_at - interval '31 minutes'`;
}

async function storeAll(): Promise<void> {
  await stores.expiry.storeSearchKeys();
  await letPassPause();
  await stores.expiry.storeSearchKeys();
}

async function list(filter: { search?: string; customer?: string }, customerKey = "customer") {
  const { list } = createPostgresInstallationRepository(database, sealer, { customerKey });
  const { items, isIncomplete } = await list(filter, { limit: 10 });
  return { ids: items.map(({ id }) => id), isIncomplete };
}

test("the sweep stores the keys of rows of a release before; until then, a search says that it may leave out some", async () => {
  const id = await plantUnkeyed("Acme", "c-1");

  expect(await list({ search: "acme" })).toEqual({ ids: [], isIncomplete: true });
  await storeAll();
  expect(await list({ search: "acme" })).toEqual({ ids: [id], isIncomplete: false });
});

test("a customer is found also before the keys are stored", async () => {
  const id = await plantUnkeyed("Acme", "c-1");
  const { id: numbered } = await plantIn(stores, newInstallation({ metadata: { customer: 42 } }));

  expect(await list({ customer: "c-1" })).toEqual({ ids: [id], isIncomplete: false });
  expect((await list({ customer: "42" })).ids).toEqual([numbered]);
  expect((await list({ customer: "c" })).ids).toEqual([]);
});

test("a second pass, half an hour later, finds what an old function has stored during the first", async () => {
  await plantUnkeyed("Acme", "c-1");
  await stores.expiry.storeSearchKeys();
  const late = await plantUnkeyed("Zebra", "c-2");

  await stores.expiry.storeSearchKeys();
  expect(await database.run((sql) => hasAllSearchKeys(sql, "customer"))).toBe(false);
  await letPassPause();
  await stores.expiry.storeSearchKeys();

  expect(await database.run((sql) => hasAllSearchKeys(sql, "customer"))).toBe(true);
  expect((await list({ search: "zebra" })).ids).toEqual([late]);
});

test("after the configuration names another metadata key, customers are found by that one", async () => {
  const id = await plantUnkeyed("Acme", "c-1");
  await storeAll();
  const expiry = createPostgresExpiry(database, { customerKey: "owner" });

  expect((await list({ customer: "o-c-1" }, "owner")).ids).toEqual([id]);
  await expiry.storeSearchKeys();
  await letPassPause();
  await expiry.storeSearchKeys();

  expect((await list({ customer: "o-c-1" }, "owner")).ids).toEqual([id]);
  expect((await list({ customer: "c-1" }, "owner")).ids).toEqual([]);
  const [row] = await sql`select customer from installations where id = ${id}`;
  expect(row?.customer).toBe("o-c-1");
});

test("a run without time stores nothing, and the next one continues", async () => {
  const id = await plantUnkeyed("Acme", "c-1");

  await stores.expiry.storeSearchKeys({ hasTime: () => false });
  expect((await list({ search: "acme" })).ids).toEqual([]);
  await stores.expiry.storeSearchKeys();
  expect((await list({ search: "acme" })).ids).toEqual([id]);
});

test("a new database needs no pass, whatever metadata key the configuration names", async () => {
  await sql`
    insert into search_key_passes (id, customer_key, passes, updated_at)
    values ('installations', '', 2, now())
  `;
  await plantIn(stores, newInstallation({ organizationName: "Acme" }));

  expect(await list({ search: "acme" }, "owner")).toMatchObject({ isIncomplete: false });
  await createPostgresExpiry(database, { customerKey: "owner" }).storeSearchKeys();
  expect(await database.run((sql) => hasAllSearchKeys(sql, "owner"))).toBe(true);
  expect(await database.run((sql) => hasAllSearchKeys(sql, "customer"))).toBe(false);
});
