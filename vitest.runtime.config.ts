import { defineConfig } from "vitest/config";

// Not part of `npm test`: it needs AWS's runtime client and esbuild, from `npm run bench:install`.
export default defineConfig({
  test: {
    name: "runtime",
    include: ["tests/runtime/**/*.test.ts"],
    setupFiles: ["tests/support/no-aws.ts"],
    globalSetup: ["tests/runtime/global-setup.ts", "tests/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
