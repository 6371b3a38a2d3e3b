import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Apart from `npm test`: the schedules of a refresh, see tests/model/run-scenarios.ts.
export default defineConfig({
  test: {
    name: "model",
    include: ["tests/model/**/*.test.ts"],
    setupFiles: ["tests/support/no-aws.ts"],
    testTimeout: 300_000,
    // By default, one core is left alone.
    maxWorkers: availableParallelism(),
  },
});
