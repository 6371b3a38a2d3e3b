import { afterAll, describe, expect, test } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-lease.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createTestDatabase } from "../support/database.ts";
import { newKeyRing, sealerOf } from "../support/keyrings.ts";
import { ageLeases } from "../support/race-installs.ts";
import { newInstallation } from "./installation-repository.contract.ts";
import { testRefreshLeases } from "./refresh-leases.contract.ts";

const { settings, sql, drop } = await createTestDatabase();
const database = createDatabase(settings);
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

  test("hold every token sealed", async () => {
    const { id } = await installations.create(newInstallation());
    const token = await tokens.findToken({ id });
    const lease = token && (await leases.take(token));
    if (!lease) throw new Error("There is no lease.");
    await leases.write(
      lease,
      {
        accessToken: "gho_FAKE2",
        refreshToken: "ghr_FAKE2",
        expiresAt: null,
        refreshTokenExpiresAt: null,
        scopes: [],
      },
      { keepPrevious: true },
    );

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
});
