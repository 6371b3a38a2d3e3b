import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { createPostgresPendingInstallations } from "../../core/postgres/pending-installations.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createTestDatabase } from "../support/database.ts";
import { newKeyRing, sealerOf } from "../support/keyrings.ts";
import { newInstallation, testInstallationRepository } from "./installation-repository.contract.ts";
import { testInstallationUpdate } from "./installation-update.contract.ts";
import { testPendingInstallations } from "./pending-installations.contract.ts";
import { testTokenStore } from "./token-store.contract.ts";

const { settings, sql, drop } = await createTestDatabase();
const database = createDatabase(async () => settings);
const ring = newKeyRing();
const installations = createPostgresInstallationRepository(database, sealerOf(ring));
const tokens = createPostgresTokenStore(database, sealerOf(ring));

beforeEach(async () => {
  await sql`truncate installations, pending_installations`;
});

afterAll(async () => {
  await database.close();
  await drop();
});

/** A database whose first reply is lost, so that everything runs twice. */
const forgetfulDatabase: Database = {
  ...database,
  async run(work, options) {
    await database.run(work, options).catch(() => {});
    return database.run(work, options);
  },
};

describe("installations in PostgreSQL", () => {
  const createStore = async () => ({ installations, tokens });
  testInstallationRepository(createStore);
  testInstallationUpdate(createStore);
  testTokenStore(createStore);

  test("store every token and secret encrypted, however it was written", async () => {
    const secret = /gho_FAKE|ghr_FAKE|webhook-secret-/;
    const created = await installations.create(newInstallation());
    await installations.upsert(newInstallation({ accessToken: "gho_FAKE2" }));
    await installations.update(created.id, {
      accessToken: "gho_FAKE3",
      refreshToken: "ghr_FAKE3",
      webhookSecret: "webhook-secret-3",
    });

    const rows = await sql<{ row: string }[]>`select installations::text as row from installations`;

    expect(rows).toHaveLength(2);
    for (const { row } of rows) expect(row).not.toMatch(secret);
    const [sealed] = await sql`
      select access_token, refresh_token, webhook_secret from installations where id = ${created.id}
    `;
    for (const value of Object.values(sealed ?? {})) expect(value).toMatch(/^v1\.k1\.[\w-]+$/);
  });

  test("cannot store a plain token, even by a mistake in code", async () => {
    const { id } = await installations.create(newInstallation());

    await expect(
      sql`update installations set access_token = 'gho_FAKE9' where id = ${id}`,
    ).rejects.toMatchObject({ code: "23514" });
  });

  test.each([
    ["another row", "access_token", "access_token"],
    ["another column", "webhook_secret", "access_token"],
    ["the refresh token's column", "refresh_token", "access_token"],
  ])("do not decrypt a ciphertext that was moved from %s", async (_, from, to) => {
    const source = await installations.create(newInstallation());
    const target = await installations.create(newInstallation());
    await sql`
      update installations set ${sql(to)} = source.${sql(from)}
      from installations as source
      where installations.id = ${target.id} and source.id = ${source.id}
    `;

    await expect(tokens.findToken({ id: target.id })).rejects.toMatchObject({
      code: "decryption_failed",
    });
    expect(await tokens.findToken({ id: source.id })).toMatchObject({ accessToken: "gho_FAKE1" });
  });

  test("do not decrypt a ciphertext that was moved to another platform", async () => {
    const { id } = await installations.create(newInstallation());
    await sql`update installations set platform = 'slack' where id = ${id}`;

    await expect(tokens.findToken({ id })).rejects.toMatchObject({ code: "decryption_failed" });
  });

  test("that cannot be decrypted are listed and read", async () => {
    const { id } = await installations.create(newInstallation());
    await sql`update installations set access_token = 'v1.k9.AAAA' where id = ${id}`;

    expect((await installations.list({}, { limit: 10 })).items).toHaveLength(1);
    expect(await installations.find({ id })).toMatchObject({ id });
    await expect(tokens.findToken({ id })).rejects.toMatchObject({ code: "decryption_failed" });
  });

  test("store hostile text as text", async () => {
    const organizationName = "'; drop table installations; -- \" \\ $1 <script>";
    const scopes = ['"quoted"'.replaceAll('"', "'"), "a{b}c", "null"];

    const { id } = await installations.create(
      newInstallation({ organizationName, scopes, metadata: { "a'\"b": "\\" } }),
    );

    expect(await installations.find({ id })).toMatchObject({
      organizationName,
      scopes,
      metadata: { "a'\"b": "\\" },
    });
  });

  test("do not report a duplicate after a first attempt whose reply was lost", async () => {
    const forgetful = createPostgresInstallationRepository(forgetfulDatabase, sealerOf(ring));

    const created = await forgetful.create(newInstallation());

    expect(await installations.find({ id: created.id })).toEqual(created);
  });

  test("return a deleted row after a first attempt whose reply was lost", async () => {
    const forgetful = createPostgresInstallationRepository(forgetfulDatabase, sealerOf(ring));
    const created = await installations.create(newInstallation());

    expect(await forgetful.delete(created.id)).toEqual(created);
    expect(await forgetful.delete(created.id)).toBeUndefined();
  });

  test("are looked up with one statement", async () => {
    const { id } = await installations.create(newInstallation());
    let statements = 0;
    const counted = createPostgresTokenStore(
      {
        ...database,
        run: (work, options) => {
          statements += 1;
          return database.run(work, options);
        },
      },
      sealerOf(ring),
    );

    await counted.findToken({ id });

    expect(statements).toBe(1);
  });
});

describe("pending installations in PostgreSQL", () => {
  const pending = createPostgresPendingInstallations(database, sealerOf(ring));
  testPendingInstallations(async () => pending);

  test("store the tokens encrypted, and are deleted when they are taken or too old", async () => {
    const id = "0123456789abcdef0123456789abcdef";
    const tokens = { accessToken: "jira-FAKE1", refreshToken: "jira-FAKE2", scopes: [] };
    const noDates = { expiresAt: null, refreshTokenExpiresAt: null };
    const grant = {
      organizationId: "one",
      organizationName: "One",
      organizationUrl: null,
      providerInstallationId: null,
      installedBy: "mia",
      installedById: "account-1",
      tokens: { ...tokens, ...noDates },
    };
    await pending.put({
      id,
      platform: "jira",
      cookieHash: "hash-1",
      grants: [grant],
      redirectUri: null,
      metadata: {},
    });

    const [row] = await sql`select pending_installations::text as row from pending_installations`;
    await sql`update pending_installations set expires_at = now()`;

    expect(row?.row).not.toMatch(/jira-FAKE/);
    const choice = { cookieHash: "hash-1", organizationId: "one" };
    expect(await pending.take(id, choice)).toBeUndefined();
  });
});
