import path from "node:path";
import { defineConfig } from "vitest/config";

const PLATFORM = path.resolve(import.meta.dirname, ".sst/platform/node_modules");

// Apart from `npm test`: it needs SST's platform, from `npm run sst:install`.
export default defineConfig({
  resolve: {
    // One copy of Pulumi, the one that SST's components use: mocks are kept in its modules.
    alias: [{ find: /^@pulumi\/([a-z-]+)/, replacement: `${PLATFORM}/@pulumi/$1` }],
  },
  test: {
    name: "infra",
    include: ["tests/infra/**/*.test.ts"],
    // SST keeps one stage in its modules: one process a file.
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 180_000,
  },
});
