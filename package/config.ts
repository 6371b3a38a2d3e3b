export { type ConfigurationInput, defineConfig } from "../core/configuration/configuration.ts";
