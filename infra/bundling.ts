/**
 * Configures how SST bundles every function. Plain data, from which `package/bundles.ts` builds the same bundles.
 *
 * Setting `sourcemap: false` explicitly uploads the source maps: 2 MB per function.
 */
export const bundling = {
  format: "esm",
  minify: true,
  /** Puts dynamic imports into separate files, which Node reads on first use only. */
  splitting: true,
  plugins: "infra/bundling-plugins.mjs",
  /** With `keepNames`, esbuild adds a call per function and class that runs at each cold start. */
  esbuild: { keepNames: false },
} as const;
