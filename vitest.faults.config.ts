import { defineConfig } from "vitest/config";

// Not part of `npm test`: it takes minutes, and it measures times on an otherwise idle machine.
export default defineConfig({
  test: {
    name: "faults",
    include: ["tests/faults/**/*.test.ts"],
    setupFiles: ["tests/support/no-aws.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
