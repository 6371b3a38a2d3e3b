import { defineConfig } from "vitest/config";

// Apart from `npm test`: it takes minutes, and what it measures must have the machine to itself.
export default defineConfig({
  test: {
    name: "faults",
    include: ["tests/faults/**/*.test.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
