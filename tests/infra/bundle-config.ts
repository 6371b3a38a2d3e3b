import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import * as v from "valibot";

/** As `$config` of the fake returns it. */
const Module = v.object({
  default: v.object({
    app: v.custom<(input: { stage: string }) => object>((value) => typeof value === "function"),
    run: v.custom<() => Promise<Record<string, unknown>>>((value) => typeof value === "function"),
  }),
});

/**
 * Bundles the `sst.config.ts` of an app into one file in another folder, and imports it, as SST's CLI does.
 *
 * @see [pkg/js/js.go](https://github.com/anomalyco/sst/blob/dev/pkg/js/js.go)
 */
export async function bundleConfig(root: string, folder: string) {
  const outfile = path.join(folder, "platform", "sst.config.mjs");
  await mkdir(path.dirname(outfile));
  await build({
    absWorkingDir: root,
    entryPoints: [path.join(root, "sst.config.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  return v.parse(Module, await import(pathToFileURL(outfile).href));
}
