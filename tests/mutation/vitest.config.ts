import { defineConfig } from "vitest/config";

/** Set by `stryker.ts`: the tests of one group, and the PostgreSQL server that its workers share. */
const { MUTATION_TESTS = "", MUTATION_POSTGRES_URL = "" } = process.env;

export default defineConfig({
  test: {
    include: MUTATION_TESTS.split(" "),
    setupFiles: ["tests/support/no-aws.ts"],
    provide: { postgresUrl: MUTATION_POSTGRES_URL },
    testTimeout: 10_000,
  },
});
