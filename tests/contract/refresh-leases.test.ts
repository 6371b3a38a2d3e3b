import { describe, expect, test } from "vitest";
import type { TokenSet } from "../../core/ports/provider.ts";
import type { Database } from "../../core/postgres/client.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { hold, LEASE, plant, read, readSecrets } from "./stores.ts";

const { sql, database, storesOn, createStores } = await startPostgresStores();

const REFRESHED: TokenSet = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

describe("a refresh lease in PostgreSQL", () => {
  test("is given back with its attempt if the refresh token cannot be decrypted", async () => {
    const { leases, tokens, id, token } = await plant(createStores);
    const [row] = await sql`select refresh_token from installations where id = ${id}`;
    await sql`update installations set refresh_token = 'v1.k1.AAAA' where id = ${id}`;

    await expect(leases.take(token, LEASE)).rejects.toMatchObject({ code: "decryption_failed" });
    await sql`update installations set refresh_token = ${row?.refresh_token} where id = ${id}`;

    expect(await readSecrets(tokens, id)).toMatchObject({ isRefreshOpen: false });
    expect(await leases.take(token, LEASE)).toMatchObject({
      refreshToken: "ghr_FAKE1",
      attempts: 1,
    });
  });

  test("is given back without the attempts before it", async () => {
    const { leases, tokens, id, token, age } = await plant(createStores);
    const failed = { error: "provider_unavailable", seconds: 2, outcome: "unknown" } as const;
    await leases.coolDown(await hold(leases, token), failed);
    await age(60);
    const [row] = await sql`select refresh_token from installations where id = ${id}`;
    await sql`update installations set refresh_token = 'v1.k1.AAAA' where id = ${id}`;
    await expect(leases.take(token, LEASE)).rejects.toMatchObject({ code: "decryption_failed" });
    await sql`update installations set refresh_token = ${row?.refresh_token} where id = ${id}`;

    const next = await hold(leases, await read(tokens, id));

    expect(next.attempts).toBe(2);
    expect(next.sentSecondsAgo).toBeGreaterThanOrEqual(60);
  });

  test("is not given back if it expired and another caller has it", async () => {
    const { leases, id, token, age } = await plant(createStores);
    const [row] = await sql`select refresh_token from installations where id = ${id}`;
    await sql`update installations set refresh_token = 'v1.k1.AAAA' where id = ${id}`;
    let statements = 0;
    const others: unknown[] = [];
    const slow: Database = {
      ...database,
      async run(work, options) {
        statements += 1;
        if (statements === 2) {
          await sql`update installations set refresh_token = ${row?.refresh_token} where id = ${id}`;
          await age(LEASE.seconds + 1);
          others.push(await leases.take(token, LEASE));
        }
        return database.run(work, options);
      },
    };

    const late = storesOn(slow).leases.take(token, LEASE);

    await expect(late).rejects.toMatchObject({ code: "decryption_failed" });
    expect(others).toMatchObject([{ refreshToken: "ghr_FAKE1" }]);
    expect(await leases.take(token, LEASE)).toBeUndefined();
  });

  test("does without a previous refresh token that cannot be decrypted", async () => {
    const { leases, tokens, id, token } = await plant(createStores);
    await leases.write(await hold(leases, token), REFRESHED, { keepPrevious: true });
    await sql`update installations set previous_refresh_token = 'v1.k1.AAAA' where id = ${id}`;

    expect(await hold(leases, await read(tokens, id))).toMatchObject({
      refreshToken: "ghr_FAKE2",
      previousRefreshToken: null,
    });
  });

  test("stores new tokens although the row is locked for three seconds: they exist nowhere else", async () => {
    const { leases, tokens, id, token } = await plant(createStores);
    const lease = await hold(leases, token);
    const lock = Promise.withResolvers<void>();
    const locked = sql.begin(async (sql) => {
      await sql`select from installations where id = ${id} for update`;
      lock.resolve();
      await sql`select from pg_sleep(3)`;
    });
    await lock.promise;

    const written = await leases.write(lease, REFRESHED, { keepPrevious: true });
    await locked;

    expect(written).toEqual({ expiresAt: null });
    expect((await read(tokens, id)).accessToken).toBe("gho_FAKE2");
  });
});
