import { defineConfig } from "vitest/config";

// Not part of `npm test`: it needs the libraries of bot authors, from `npm run clients:install`.
export default defineConfig({
  test: {
    name: "clients",
    include: ["tests/clients/**/*.test.ts"],
    setupFiles: ["tests/support/no-aws.ts"],
    globalSetup: ["tests/clients/global-setup.ts", "tests/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
