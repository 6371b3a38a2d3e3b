import { describe, expect, test } from "vitest";
import { createPostgresPendingInstallations } from "../../core/postgres/pending-installations.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { testPendingInstallations } from "./pending-installations.contract.ts";
import {
  hold,
  newAppInstallation,
  newInstallation,
  plant,
  plantIn,
  read,
  toInstall,
} from "./stores.ts";

const { sql, sealer, database, createStores } = await startPostgresStores();

const SEALED = /^v1\.k1\.[\w-]+$/;

describe("installations in PostgreSQL", () => {
  test("store every token and secret encrypted, however it was written", async () => {
    const stores = await createStores();
    const { installations, tokens, leases } = stores;
    const first = await plantIn(stores, newInstallation());
    await installations.upsert(toInstall(newInstallation({ accessToken: "gho_FAKE2" })));
    const refreshed = {
      accessToken: "gho_FAKE4",
      refreshToken: "ghr_FAKE4",
      expiresInSeconds: null,
      refreshTokenExpiresInSeconds: null,
      scopes: [],
    };
    await leases.write(await hold(leases, first.token), refreshed, { keepPrevious: true });
    const patched = await plantIn(stores, newInstallation());
    await installations.update(patched.id, {
      accessToken: "gho_FAKE3",
      refreshToken: "ghr_FAKE3",
      webhookSecret: "webhook-secret-3",
    });
    const ending = await plantIn(stores, newInstallation());
    await leases.endLater(await hold(leases, await read(tokens, ending.id)), "lost");

    const rows = await sql<{ row: string }[]>`
      select
        installations::text as row, registration, access_token, refresh_token,
        previous_refresh_token, webhook_secret
      from installations
    `;

    expect(rows).toHaveLength(4);
    for (const { row, ...sealed } of rows) {
      expect(row).not.toMatch(/gho_FAKE|ghr_FAKE|webhook-secret-/);
      for (const value of Object.values(sealed)) {
        if (value !== null) expect(value).toMatch(SEALED);
      }
    }
  });

  test("cannot store a plain token, even by a mistake in code", async () => {
    const { id } = await plant(createStores);

    await expect(
      sql`update installations set access_token = 'gho_FAKE9' where id = ${id}`,
    ).rejects.toMatchObject({ code: "23514" });
  });

  test("store hostile text as text", async () => {
    const stores = await createStores();
    const organizationName = "'; drop table installations; -- \" \\ $1 <script>";
    const scopes = ['"quoted"'.replaceAll('"', "'"), "a{b}c", "null"];

    const { id } = await plantIn(
      stores,
      newInstallation({ organizationName, scopes, metadata: { "a'\"b": "\\" } }),
    );

    expect(await stores.installations.find({ id })).toMatchObject({
      organizationName,
      scopes,
      metadata: { "a'\"b": "\\" },
    });
  });

  test("of another app are not found by their organization", async () => {
    const stores = await createStores();
    const other = await plantIn(stores, newInstallation());
    await sql`update installations set app = 'other'`;
    const { platform, organizationId } = other.input;
    const key = { platform, organizationId };

    expect(await stores.tokens.findToken(key)).toBeUndefined();
    expect(await stores.installations.find(key)).toBeUndefined();
    const imported = { ...other.input, id: undefined, inactiveReason: null };
    const dates = { installedAt: undefined, tokenStoredAt: undefined };
    expect(
      await stores.transfer.importAll([{ ...imported, ...dates }], { dryRun: false }),
    ).toMatchObject({ created: 1 });
    expect((await stores.tokens.findToken(key))?.installationId).not.toBe(other.id);
  });

  test.each([{ verifyRegistration: false }, { verifyRegistration: true }])(
    "that are active are looked up with one statement: %o",
    async (options) => {
      const providerInstallationId = "4711";
      const app = newAppInstallation({ providerInstallationId });
      const { id, tokens, token, rejections } = await plant(createStores, app);
      await tokens.storePlatformFields(token, { accountType: "User" });
      await rejections.take(token, { falseReports: 0, intervalSeconds: 30 });
      let statements = 0;
      const counted = createPostgresTokenStore(
        {
          ...database,
          run: (work, options) => {
            statements += 1;
            return database.run(work, options);
          },
        },
        sealer,
        { retentionDays: 7 },
      );

      await counted.findToken({ id }, options);
      await counted.findToken({ platform: "github", providerInstallationId }, options);

      expect(statements).toBe(2);
    },
  );
});

describe("pending installations in PostgreSQL", () => {
  const pending = createPostgresPendingInstallations(database, sealer);
  testPendingInstallations(async () => pending);

  test("store the tokens encrypted, and are not returned when they are too old", async () => {
    const id = "0123456789abcdef0123456789abcdef";
    const tokens = { accessToken: "jira-FAKE1", refreshToken: "jira-FAKE2", scopes: [] };
    const noDates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };
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
      link: null,
    });

    const [row] = await sql`select pending_installations::text as row from pending_installations`;
    await sql`update pending_installations set expires_at = now()`;

    expect(row?.row).not.toMatch(/jira-FAKE/);
    const choice = { cookieHash: "hash-1", organizationId: "one" };
    expect(await pending.take(id, choice)).toBeUndefined();
  });
});
