import { beforeEach, describe, expect, test } from "vitest";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { newInstallation, plantIn, type Stores } from "./stores.ts";

/**
 * A lookup reads an active row without its state, which has the same value in nearly all rows. Each column of
 * the state, alone, must make it read the state too.
 */
const { sql, createStores } = await startPostgresStores();

let stores: Stores;

beforeEach(async () => {
  stores = await createStores();
});

const ENDS_AT = new Date("2027-01-01T00:00:00Z");

const STATES = [
  ["refresh_attempts", { refresh_attempts: 1, refresh_sent_at: ENDS_AT }, { refreshAttempts: 1 }],
  ["refresh_failures", { refresh_failures: 2 }, { refreshFailures: 2 }],
  ["token_alive_at", { token_alive_at: ENDS_AT }, { aliveSecondsAgo: expect.any(Number) }],
  ["grant_ends_at", { grant_ends_at: ENDS_AT }, { grantEndsAt: ENDS_AT }],
  [
    "refresh_lease_until",
    { refresh_lease_until: new Date("2200-01-01T00:00:00Z") },
    { coolDownSeconds: expect.any(Number) },
  ],
  ["last_refresh_error", { last_refresh_error: "timeout" }, { lastRefreshError: "timeout" }],
  [
    "inactive_reason",
    { is_active: false, inactive_reason: "disabled" },
    { isActive: false, inactiveReason: "disabled", accessToken: null },
  ],
] as const satisfies readonly [string, Record<string, unknown>, Partial<StoredToken>][];

describe.each(STATES)("a token whose row differs in %s", (_, columns, state) => {
  test("is returned with its state, by its id and by its organization", async () => {
    const { id, token } = await plantIn(stores, newInstallation());
    await sql`update installations set ${sql(columns)} where id = ${id}`;
    const { platform, organizationId } = token;

    expect(await stores.tokens.findToken({ id })).toMatchObject(state);
    expect(await stores.tokens.findToken({ platform, organizationId })).toMatchObject(state);
  });
});
