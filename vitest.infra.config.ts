import path from "node:path";
import { defineConfig } from "vitest/config";

const PLATFORM = path.resolve(import.meta.dirname, ".sst/platform/node_modules");

// Not part of `npm test`: it needs SST's platform, from `npm run sst:install`.
export default defineConfig({
  resolve: {
    // Pulumi keeps mocks in its modules, so there must be one copy: the one of SST's components.
    alias: [{ find: /^@pulumi\/([a-z-]+)/, replacement: `${PLATFORM}/@pulumi/$1` }],
  },
  test: {
    name: "infra",
    include: ["tests/infra/**/*.test.ts"],
    setupFiles: ["tests/support/no-aws.ts"],
    // SST keeps the stage in its modules, so each file needs a separate process.
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 180_000,
  },
});
