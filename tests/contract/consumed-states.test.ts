import { afterAll, describe, expect, test } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresConsumedStates } from "../../core/postgres/consumed-states.ts";
import { createTestDatabase } from "../support/database.ts";
import { testConsumedStates } from "./consumed-states.contract.ts";

const { settings, drop } = await createTestDatabase();
const database = createDatabase(async () => settings);

afterAll(async () => {
  await database.close();
  await drop();
});

describe("consumed states in PostgreSQL", () => {
  testConsumedStates(async () => createPostgresConsumedStates(database));

  test("return the same result to a retry after a lost reply", async () => {
    let runs = 0;
    const consumedStates = createPostgresConsumedStates({
      ...database,
      async run(work, options) {
        runs += 1;
        await database.run(work, options);
        return database.run(work, options);
      },
    });

    const use = { id: "0123456789abcdef", expiresAt: new Date(Date.now() + 60_000) };
    expect(await consumedStates.consume(use)).toBe(true);
    expect(await consumedStates.consume(use)).toBe(false);
    expect(runs).toBe(2);
  });
});
