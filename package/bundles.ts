import { rm } from "node:fs/promises";
import path from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import * as v from "valibot";
import { bundling } from "../infra/bundling.ts";
import { functionTable } from "../infra/function-table.ts";
import { handlerFile } from "../local/handlers.ts";

const ENTRY = "bundle.mjs";
/** The folder of the checkout. */
export const ROOT = path.resolve(import.meta.dirname, "..");

/** The handlers of all deployed functions. */
export const handlers: readonly string[] = functionTable.map(({ handler }) => handler);

/** The banner that SST adds to every ES module. */
export const BANNER = `import { createRequire as topLevelCreateRequire } from 'module';
const require = topLevelCreateRequire(import.meta.url);
import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"
const __filename = topLevelFileUrlToPath(import.meta.url)
const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))
`;

/**
 * The esbuild options of SST 4.17.1 for a function on `nodejs24.x`, without those of `infra/bundling.ts`.
 *
 * @see [pkg/runtime/node/build.go](https://github.com/anomalyco/sst/blob/dev/pkg/runtime/node/build.go)
 */
export const SST_DEFAULTS = {
  absWorkingDir: ROOT,
  platform: "node",
  bundle: true,
  metafile: true,
  keepNames: true,
  minify: true,
  sourcemap: "linked",
  format: "esm",
  target: "es2024",
  mainFields: ["module", "main"],
  external: ["sharp", "pg-native"],
  banner: { js: BANNER },
  entryNames: "bundle",
  outExtension: { ".js": ".mjs" },
} satisfies BuildOptions;

const PluginModule = v.object({
  default: v.array(v.custom<Plugin>((plugin) => typeof plugin === "object" && plugin !== null)),
});

/** Returns the esbuild options of `infra/bundling.ts`. */
export async function bundlingOptions(): Promise<BuildOptions> {
  const { format, minify, splitting, plugins, esbuild } = bundling;
  const module = v.parse(PluginModule, await import(path.join(ROOT, plugins)));
  return { format, minify, splitting, ...esbuild, plugins: module.default };
}

/** The bundle of one function, as uploaded. */
export interface Bundle {
  /** `bundle.mjs`, which exports `handler`. The modules that it imports dynamically are beside it. */
  readonly file: string;
  /** The size of all uploaded files. */
  readonly bytes: number;
  /** The size of the files that are read at a cold start. */
  readonly startBytes: number;
  /** The names of the files that the function can read. */
  readonly files: readonly string[];
  readonly metafile: Metafile;
}

/** Bundles a handler, e.g. `functions/sweep.handler`, into an empty folder. */
export async function buildBundle(
  handler: string,
  folder: string,
  options?: BuildOptions,
): Promise<Bundle> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    ...SST_DEFAULTS,
    ...(options ?? (await bundlingOptions())),
    entryPoints: [handlerFile(handler)],
    outdir: folder,
    metafile: true,
  });
  const sizes = Object.entries(metafile.outputs)
    .filter(([file]) => file.endsWith(".mjs"))
    .map(([file, { bytes }]) => ({ file, bytes }));
  const atStart = reach(metafile, ["import-statement"]);
  return {
    file: path.join(folder, ENTRY),
    bytes: sum(sizes),
    startBytes: sum(sizes.filter(({ file }) => atStart.has(file))),
    files: [...reach(metafile, ["import-statement", "dynamic-import"])].map((file) =>
      path.basename(file),
    ),
    metafile,
  };
}

/** Returns the sources that a function reads at a cold start, relative to the repository. */
export function sourcesAtStart({ metafile }: Bundle): string[] {
  return sourcesOf(metafile, reach(metafile, ["import-statement"]));
}

/**
 * Returns the sources that a function can read. esbuild also writes files that only unused code imports
 * dynamically: they are uploaded and never read.
 */
export function sources({ metafile }: Bundle): string[] {
  return sourcesOf(metafile, reach(metafile, ["import-statement", "dynamic-import"]));
}

/** Returns the output files that the entry imports, directly or not, by these kinds of import. */
function reach({ outputs }: Metafile, kinds: readonly string[]): Set<string> {
  const entry = Object.keys(outputs).find((file) => path.basename(file) === ENTRY) ?? "";
  const files = new Set([entry]);
  for (const file of files) {
    for (const imported of outputs[file]?.imports ?? []) {
      if (kinds.includes(imported.kind) && outputs[imported.path]) files.add(imported.path);
    }
  }
  return files;
}

function sourcesOf({ outputs }: Metafile, files: Set<string>): string[] {
  const inputs = [...files].flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([source]) => source);
}

function sum(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
