import { copyFile } from "node:fs/promises";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import { functionTable } from "../infra/function-table.ts";
import { exampleAppRoute } from "../local/example-app.ts";
import { handlerFile } from "../local/handlers.ts";
import { BANNER, ROOT } from "./bundles.ts";
import { toEntryName } from "./command/folders.ts";

/** The modules that know where the files of this repository are, and those that know it in the package. */
const REPLACED = new Map(
  Object.entries({
    "cli/node-advice.mjs": "package/command/node-advice.mjs",
    "functions/environment/migrations-folder.ts": "package/command/migrations-folder.ts",
    "local/folders.ts": "package/command/folders.ts",
    "local/postgres/advice.ts": "package/command/postgres-advice.ts",
  }).map(([from, to]) => [path.join(ROOT, from), path.join(ROOT, to)]),
);

const replaceModules: Plugin = {
  name: "replace-modules",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path: imported, importer, resolveDir }) => {
      const replacement = REPLACED.get(path.resolve(resolveDir, imported));
      return replacement === undefined || importer === replacement
        ? undefined
        : { path: replacement };
    });
  },
};

/**
 * Builds the command into one flat folder, with the handlers that local mode runs. Node does not strip the types of
 * files under `node_modules`.
 */
export async function buildCommand(folder: string): Promise<void> {
  const handlers = [...functionTable, exampleAppRoute].map(({ handler }) => handlerFile(handler));
  const entries = handlers.map((file) => [toEntryName(file), file]);
  await build({
    absWorkingDir: ROOT,
    entryPoints: { grantkeep: "cli/grantkeep.mjs", ...Object.fromEntries(entries) },
    outdir: folder,
    chunkNames: "chunk-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "es2024",
    mainFields: ["module", "main"],
    banner: { js: BANNER },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [replaceModules],
  });
  await copyFile(path.join(ROOT, "emulators/page.css"), path.join(folder, "page.css"));
}
