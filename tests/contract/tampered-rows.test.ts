import { beforeEach, describe, expect, test } from "vitest";
import { startPostgresStores } from "../support/postgres-stores.ts";
import {
  LEASE,
  newAppInstallation,
  newInstallation,
  plantIn,
  read,
  readSecrets,
  type Stores,
  toInstall,
} from "./stores.ts";

/**
 * Attacks by somebody who can write to the database, and has no key. One changed column must not make the
 * tokens of another installation usable.
 */
const { sql, createStores } = await startPostgresStores();

const REFUSED = { code: "decryption_failed" };

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
});

async function plantPair() {
  const mine = await plantIn(stores, newAppInstallation());
  const other = newAppInstallation({ providerInstallationId: "678", clientId: "client-2" });
  return { mine, victim: await plantIn(stores, other) };
}

const COLUMNS = [
  ["provider_installation_id", "678"],
  ["provider_installation_id", null],
  ["kind", "oauth_app"],
  ["client_id", "client-2"],
  ["organization_id", "67890"],
] as const;

describe.each(COLUMNS)("a row whose %s was changed to %s", (column, value) => {
  async function tamper(id: string): Promise<void> {
    await sql`update installations set ${sql({ [column]: value })} where id = ${id}`;
  }

  test("returns no token, neither a stored nor a new one", async () => {
    const { mine } = await plantPair();
    await tamper(mine.id);

    await expect(stores.tokens.findToken({ id: mine.id })).rejects.toMatchObject(REFUSED);
    await expect(stores.leases.take(mine.token, LEASE)).rejects.toMatchObject(REFUSED);
    await expect(stores.tokens.findSecrets({ id: mine.id })).rejects.toMatchObject(REFUSED);
  });

  test("returns none either when all tokens are null, or have expired", async () => {
    const { mine } = await plantPair();
    await tamper(mine.id);
    await sql`
      update installations set
        access_token = null, refresh_token = null, previous_refresh_token = null,
        token_expires_at = null
      where id = ${mine.id}
    `;

    for (const options of [{}, { verifyRegistration: true }]) {
      const found = stores.tokens.findToken({ id: mine.id }, options);
      await expect(found).rejects.toMatchObject(REFUSED);
    }
    await expect(stores.leases.take(mine.token, LEASE)).rejects.toMatchObject(REFUSED);
    await expect(stores.tokens.findSecrets({ id: mine.id })).rejects.toMatchObject(REFUSED);
    const { rows } = await stores.transfer.exportPage({ after: undefined, limit: 1 });
    expect(rows).toEqual([{ id: mine.id, record: undefined }]);
  });

  test("is not used for a narrowed token, whatever its access token is", async () => {
    const { mine } = await plantPair();
    await tamper(mine.id);
    await sql`update installations set is_active = false, inactive_reason = 'disabled'`;

    const found = stores.tokens.findToken({ id: mine.id }, { verifyRegistration: true });
    await expect(found).rejects.toMatchObject(REFUSED);
  });

  test("is not exported, and keeps its webhook secret if that is its organization's", async () => {
    const { mine, victim } = await plantPair();
    await tamper(mine.id);

    const { rows } = await stores.transfer.exportPage({ after: undefined, limit: 10 });
    const secret = stores.tokens.findWebhookSecret({ id: mine.id });

    expect(rows.map(({ id, record }) => [id, record?.id])).toEqual([
      [mine.id, undefined],
      [victim.id, victim.id],
    ]);
    if (column === "organization_id") await expect(secret).rejects.toMatchObject(REFUSED);
    else expect(await secret).toBe("webhook-secret-1");
  });
});

describe("a registration", () => {
  test("of another row, with all that it is bound to but the organization, is refused", async () => {
    const { mine, victim } = await plantPair();
    await sql`
      update installations set
        registration = source.registration,
        provider_installation_id = source.provider_installation_id,
        client_id = source.client_id,
        access_token = null
      from installations as source
      where installations.id = ${mine.id} and source.id = ${victim.id}
    `;

    await expect(stores.tokens.findToken({ id: mine.id })).rejects.toMatchObject(REFUSED);
  });

  test("is not needed while the access token is read: that is bound to the same fields", async () => {
    const { mine } = await plantPair();
    await sql`update installations set registration = 'v1.k1.AAAA' where id = ${mine.id}`;

    expect(await read(stores.tokens, mine.id)).toMatchObject({ accessToken: "ghs_FAKE1" });
    const verified = stores.tokens.findToken({ id: mine.id }, { verifyRegistration: true });
    await expect(verified).rejects.toMatchObject(REFUSED);
    await expect(stores.leases.take(mine.token, LEASE)).rejects.toMatchObject(REFUSED);
  });

  test("stays valid when its row is written: by an install, a refresh, an update", async () => {
    const { mine } = await plantPair();
    await stores.installations.update(mine.id, { accessToken: "ghs_FAKE3" });
    const moved = { ...mine.input, providerInstallationId: "999", clientId: "client-9" };
    await stores.installations.upsert(toInstall(moved));

    const token = await stores.tokens.findToken({ id: mine.id }, { verifyRegistration: true });

    expect(token).toMatchObject({ providerInstallationId: "999", clientId: "client-9" });
    expect(await stores.tokens.findWebhookSecret({ id: mine.id })).toBe("webhook-secret-1");
  });
});

describe("a ciphertext", () => {
  test.each([
    ["another row", "access_token", "access_token"],
    ["another column", "webhook_secret", "access_token"],
    ["the refresh token's column", "refresh_token", "access_token"],
    ["the registration", "registration", "access_token"],
  ])("that was moved from %s is refused", async (_, from, to) => {
    const source = await plantIn(stores, newInstallation());
    const target = await plantIn(stores, newInstallation());
    await sql`
      update installations set ${sql(to)} = source.${sql(from)}
      from installations as source
      where installations.id = ${target.id} and source.id = ${source.id}
    `;

    await expect(stores.tokens.findToken({ id: target.id })).rejects.toMatchObject(REFUSED);
    expect(await read(stores.tokens, source.id)).toMatchObject({ accessToken: "gho_FAKE1" });
  });

  test("that was moved to the column of the previous refresh token is not used", async () => {
    const { id, token } = await plantIn(stores, newInstallation());
    await sql`update installations set previous_refresh_token = refresh_token where id = ${id}`;

    expect(await stores.leases.take(token, LEASE)).toMatchObject({
      refreshToken: "ghr_FAKE1",
      previousRefreshToken: null,
    });
  });

  test("that was moved to another platform is refused", async () => {
    const { id } = await plantIn(stores, newInstallation());
    await sql`update installations set platform = 'slack' where id = ${id}`;

    await expect(stores.tokens.findToken({ id })).rejects.toMatchObject(REFUSED);
  });

  test("of an unknown key does not keep the rest of the row from being read", async () => {
    const { id, installation } = await plantIn(stores, newInstallation());
    await sql`update installations set access_token = 'v1.k9.AAAA' where id = ${id}`;

    expect((await stores.installations.list({}, { limit: 10 })).items).toEqual([installation]);
    expect(await stores.installations.find({ id })).toEqual(installation);
    await expect(readSecrets(stores.tokens, id)).rejects.toMatchObject(REFUSED);
  });
});
