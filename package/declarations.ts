import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./bundles.ts";

const COMPILER = path.join(
  path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
  "bin/tsc",
);
const COMMENT = /\/\*[\s\S]*?\*\//g;
const IMPORT = /(?:from|import\()\s*"(\.[^"]+)\.ts"/g;

/**
 * Writes the declarations of modules, and of the modules that they name, into a folder. `draft` is one for all of them.
 *
 * @throws {Error} without SST's platform, whose types are a part of the component's
 */
export async function writeDeclarations(
  modules: readonly string[],
  draft: string,
  folder: string,
): Promise<void> {
  if (!existsSync(path.join(ROOT, ".sst/platform/config.d.ts"))) {
    throw new Error("The types of SST are missing. Run npm run sst:install first.");
  }
  const args = [COMPILER, "-p", "package/tsconfig.json", "--outDir", draft];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });

  const files = new Set(modules);
  for (const file of files) {
    const declaration = path.join(draft, file.replace(/\.ts$/, ".d.ts"));
    const text = await readFile(declaration, "utf8");
    for (const [, target = ""] of text.replaceAll(COMMENT, "").matchAll(IMPORT)) {
      files.add(path.join(path.dirname(file), `${target}.ts`));
    }
    const copy = path.join(folder, path.relative(draft, declaration));
    await mkdir(path.dirname(copy), { recursive: true });
    await copyFile(declaration, copy);
  }
}
