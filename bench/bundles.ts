import { rm } from "node:fs/promises";
import path from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import * as v from "valibot";
import { bundling } from "../infra/bundling.ts";
import { functionTable } from "../infra/function-table.ts";
import { handlerFile } from "../local/handlers.ts";

const ENTRY = "bundle.mjs";
const ROOT = path.resolve(import.meta.dirname, "..");

/** The handlers of all deployed functions. */
export const handlers: readonly string[] = functionTable.map(({ handler }) => handler);

/** What SST puts before every ES module. */
const BANNER = `import { createRequire as topLevelCreateRequire } from 'module';
const require = topLevelCreateRequire(import.meta.url);
import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"
const __filename = topLevelFileUrlToPath(import.meta.url)
const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))
`;

/**
 * What SST 4.17.1 tells esbuild of a function for `nodejs24.x`, but for what `infra/bundling.ts` says.
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

/** What `bundling` adds to the defaults. */
export async function ourOptions(): Promise<BuildOptions> {
  const { format, minify, splitting, plugins, esbuild } = bundling;
  const module = v.parse(PluginModule, await import(path.join(ROOT, plugins)));
  return { format, minify, splitting, ...esbuild, plugins: module.default };
}

/** One function as it is uploaded. */
export interface Bundle {
  /** `bundle.mjs`, which exports `handler`; beside it, what it imports late. */
  readonly file: string;
  /** Of all that is uploaded. */
  readonly bytes: number;
  /** Of what is read when the function starts. */
  readonly startBytes: number;
  readonly metafile: Metafile;
}

/** Bundles a handler, such as `functions/sweep.handler`, into an empty folder. */
export async function buildBundle(
  handler: string,
  folder: string,
  options?: BuildOptions,
): Promise<Bundle> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    ...SST_DEFAULTS,
    ...(options ?? (await ourOptions())),
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
    metafile,
  };
}

/** The sources that a function reads when it starts, relative to the repository. */
export function sourcesAtStart({ metafile }: Bundle): string[] {
  return sourcesOf(metafile, reach(metafile, ["import-statement"]));
}

/**
 * The sources that a function can ever read. esbuild also leaves files behind that only unused code
 * imports late: they are uploaded, and never read.
 */
export function sources({ metafile }: Bundle): string[] {
  return sourcesOf(metafile, reach(metafile, ["import-statement", "dynamic-import"]));
}

/** The output files that the entry leads to by these kinds of import. */
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
