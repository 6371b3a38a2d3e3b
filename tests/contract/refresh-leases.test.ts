import { afterAll, describe, expect, test } from "vitest";
import type { TokenSet } from "../../core/ports/provider.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-leases.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createTestDatabase } from "../support/database.ts";
import { newKeyRing, sealerOf } from "../support/keyrings.ts";
import { ageLeases } from "../support/race-installs.ts";
import { newInstallation } from "./installation-repository.contract.ts";
import { testRefreshLeases } from "./refresh-leases.contract.ts";

const { settings, sql, drop } = await createTestDatabase();
const database = createDatabase(async () => settings);
const sealer = sealerOf(newKeyRing());
const installations = createPostgresInstallationRepository(database, sealer);
const tokens = createPostgresTokenStore(database, sealer);
const leases = createPostgresRefreshLeases(database, sealer);

afterAll(async () => {
  await database.close();
  await drop();
});

describe("refresh leases in PostgreSQL", () => {
  testRefreshLeases(async () => {
    return { installations, tokens, leases, age: (seconds) => ageLeases(sql, seconds) };
  });

  test("store every token encrypted", async () => {
    const { id, lease } = await takeNew();
    await leases.write(lease, RENEWED, { keepPrevious: true });

    const [row] = await sql<{ row: string; previous: string; expires: Date | null }[]>`
      select
        installations::text as row,
        previous_refresh_token as previous,
        token_expires_at as expires
      from installations
      where id = ${id}
    `;

    expect(row?.row).not.toMatch(/gho_FAKE|ghr_FAKE/);
    expect(row?.previous).toMatch(/^v1\.k1\.[\w-]+$/);
    expect(row?.expires).toBeNull();
  });

  test("are released at once if the refresh token cannot be decrypted", async () => {
    const { id } = await installations.create(newInstallation());
    const token = await read(id);
    const [{ sealed }] = await sql<[{ sealed: string }]>`
      select refresh_token as sealed from installations where id = ${id}
    `;
    await sql`update installations set refresh_token = 'v1.k1.AAAA' where id = ${id}`;

    await expect(leases.take(token)).rejects.toMatchObject({ code: "decryption_failed" });
    await sql`update installations set refresh_token = ${sealed} where id = ${id}`;

    expect(await leases.take(token)).toMatchObject({ refreshToken: "ghr_FAKE1" });
  });

  test("ignore a previous refresh token that cannot be decrypted", async () => {
    const { id, lease } = await takeNew();
    await leases.write(lease, RENEWED, { keepPrevious: true });
    await sql`update installations set previous_refresh_token = 'v1.k1.AAAA' where id = ${id}`;

    expect(await leases.take(await read(id))).toMatchObject({
      refreshToken: "ghr_FAKE2",
      previousRefreshToken: null,
    });
  });

  test("write new tokens even if the row is locked for three seconds", async () => {
    const { id, lease } = await takeNew();
    const lock = Promise.withResolvers<void>();
    const locked = sql.begin(async (sql) => {
      await sql`select from installations where id = ${id} for update`;
      lock.resolve();
      await sql`select from pg_sleep(3)`;
    });
    await lock.promise;

    const isWritten = await leases.write(lease, RENEWED, { keepPrevious: true });
    await locked;

    expect(isWritten).toBe(true);
    expect((await read(id)).accessToken).toBe("gho_FAKE2");
  });
});

const RENEWED: TokenSet = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresAt: null,
  refreshTokenExpiresAt: null,
  scopes: [],
};

async function takeNew() {
  const { id } = await installations.create(newInstallation());
  const lease = await leases.take(await read(id));
  if (!lease) throw new Error("There is no lease.");
  return { id, lease };
}

async function read(id: string): Promise<StoredToken> {
  const token = await tokens.findToken({ id });
  if (!token) throw new Error("There is no such installation.");
  return token;
}
