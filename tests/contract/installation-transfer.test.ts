import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { createPostgresInstallationTransfer } from "../../core/postgres/installation-transfer.ts";
import { killBackend, runningBackend } from "../support/backend.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { newImport } from "./installation-transfer.contract.ts";
import { newInstallation, plantIn, type Stores } from "./stores.ts";

const { sql, sealer, database, createStores } = await startPostgresStores();

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
});

async function count(): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int from installations`;
  return row.count;
}

describe("importing into and exporting from PostgreSQL", () => {
  test("stores every token and secret encrypted", async () => {
    await stores.transfer.importAll([newImport()], { dryRun: false });

    const [row] = await sql`
      select
        registration, access_token, refresh_token, webhook_secret, installations::text as row
      from installations
    `;
    const { row: text, ...sealed } = row ?? {};
    for (const value of Object.values(sealed)) expect(value).toMatch(/^v1\.k1\.[\w-]+$/);
    expect(text).not.toMatch(/FAKE|webhook-secret-1/);
  });

  test("stores a thousand of the largest rows that fit into 4 MB", async () => {
    const token = "x".repeat(1_500);
    const rows = Array.from({ length: 1_000 }, () =>
      newImport({ accessToken: token, refreshToken: token, metadata: { note: "n".repeat(500) } }),
    );

    expect(await stores.transfer.importAll(rows, { dryRun: false })).toMatchObject({
      created: 1_000,
    });
    expect(await stores.transfer.importAll(rows, { dryRun: false })).toMatchObject({
      unchanged: 1_000,
    });
  });

  test("stores all or nothing if the database is killed meanwhile", async () => {
    await sql`
      create function wait_a_moment() returns trigger language plpgsql
      as 'begin perform pg_sleep(0.02); return new; end'
    `;
    await sql`
      create trigger slow before insert on installations
      for each row execute function wait_a_moment()
    `;
    const rows = Array.from({ length: 30 }, () => newImport());

    const importing = stores.transfer.importAll(rows, { dryRun: false });
    const pid = await runningBackend(sql, "insert into installations");
    await sleep(200);
    await killBackend(sql, pid);
    const between = await count();
    const outcome = await importing;
    await sql`drop function wait_a_moment cascade`;

    expect(between).toBe(0);
    expect(outcome).toEqual({ created: 30, unchanged: 0, conflicts: [] });
    expect(await count()).toBe(30);
  });

  test("finds the rows stored after a first attempt whose reply was lost", async () => {
    const forgetful = createPostgresInstallationTransfer(
      {
        ...database,
        async run(work, options) {
          await database.run(work, options);
          return database.run(work, options);
        },
      },
      sealer,
      { retentionDays: 7 },
    );

    const outcome = await forgetful.importAll([newImport(), newImport()], { dryRun: false });

    expect(outcome).toEqual({ created: 0, unchanged: 2, conflicts: [] });
    expect(await count()).toBe(2);
  });

  test("exports all installations except those that cannot be decrypted", async () => {
    const { id } = await plantIn(stores, newInstallation());
    const readable = await plantIn(stores, newInstallation());
    await sql`update installations set refresh_token = 'v1.k9.AAAA' where id = ${id}`;

    const { rows } = await stores.transfer.exportPage({ after: undefined, limit: 10 });

    expect(rows).toEqual([
      { id, record: undefined },
      { id: readable.id, record: expect.objectContaining({ id: readable.id }) },
    ]);
  });

  test("an installation that cannot be decrypted conflicts with an import of its organization", async () => {
    const input = newInstallation();
    const { id } = await plantIn(stores, input);
    await sql`update installations set access_token = 'v1.k9.AAAA'`;

    const { conflicts } = await stores.transfer.importAll([newImport(input)], { dryRun: false });

    expect(conflicts).toEqual([{ index: 0, installationId: id }]);
  });
});
