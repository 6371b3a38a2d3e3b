import { defineConfig } from "../../core/configuration/configuration.ts";

/** What the stacks of tests have in place of `grantkeep.config.ts`. */
export const TEST_CONFIGURATION = defineConfig({
  brand: { name: "Patchwork" },
});
