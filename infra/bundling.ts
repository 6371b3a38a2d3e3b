/**
 * How SST bundles every function. Plain data: `bench/bundles.ts` makes the same bundles from it.
 *
 * Said out loud, `sourcemap: false` would put the maps into the archive: 2 MB each.
 */
export const bundling = {
  format: "esm",
  minify: true,
  /** What is imported late is a file of its own: nothing of it is read before. */
  splitting: true,
  plugins: "infra/bundling-plugins.mjs",
  /** Names cost a call for each function and class while a function starts. */
  esbuild: { keepNames: false },
} as const;
