import { defineConfig } from "../../core/configuration/configuration.ts";

/** The configuration of the stacks of tests, in place of `grantkeep.config.ts`. */
export const TEST_CONFIGURATION = defineConfig({
  brand: { name: "Patchwork" },
});
