import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

if (!existsSync(new URL("bench/node_modules/aws-lambda-ric", import.meta.url))) {
  throw new Error("AWS's runtime client is not installed. Run: npm run bench:install");
}

// Apart from `npm test`: it needs AWS's runtime client and esbuild, from `npm run bench:install`.
export default defineConfig({
  test: {
    name: "runtime",
    include: ["tests/runtime/**/*.test.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
