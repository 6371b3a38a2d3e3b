import { afterAll, describe, expect, test } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresStateLedger } from "../../core/postgres/consumed-states.ts";
import { createTestDatabase } from "../support/database.ts";
import { testStateLedger } from "./consumed-states.contract.ts";

const { settings, drop } = await createTestDatabase();
const database = createDatabase(settings);

afterAll(async () => {
  await database.close();
  await drop();
});

describe("state ledger in PostgreSQL", () => {
  testStateLedger(async () => createPostgresStateLedger(database));

  test("a retry after a lost reply gets the same answer", async () => {
    let runs = 0;
    const ledger = createPostgresStateLedger({
      ...database,
      async run(work, options) {
        runs += 1;
        await database.run(work, options);
        return database.run(work, options);
      },
    });

    const use = { id: "0123456789abcdef", expiresAt: new Date(Date.now() + 60_000) };
    expect(await ledger.consume([use])).toBe(true);
    expect(await ledger.consume([use])).toBe(false);
    expect(runs).toBe(2);
  });
});
