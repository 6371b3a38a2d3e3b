import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/unit/**/*.test.ts"],
          // Loading all modules again for each file takes longer than the tests.
          isolate: false,
          setupFiles: ["tests/support/no-aws.ts", "tests/support/real-time.ts"],
        },
      },
      {
        test: {
          name: "integration",
          sequence: { groupOrder: 1 },
          include: ["tests/{contract,e2e,cases,local,cli,emulators,browser,races}/**/*.test.ts"],
          setupFiles: ["tests/support/no-aws.ts"],
          globalSetup: ["tests/support/global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "statements",
          include: ["tests/statements/**/*.test.ts"],
          // Last: it reads what the others have sent to the database.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
