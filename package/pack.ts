import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { build } from "esbuild";
import { ROOT } from "./bundles.ts";
import { buildCommand } from "./command.ts";
import { writeDeclarations } from "./declarations.ts";
import { writeFunctions } from "./function-bundles.ts";
import { createManifest } from "./manifest.ts";

/** The modules that an app imports, by the names of their files in the package. */
const MODULES = { sst: "infra/sst.ts", config: "package/config.ts", unpack: "package/unpack.ts" };
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];

const { values } = parseArgs({ options: { out: { type: "string", default: ROOT } } });
const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-package-"));
try {
  process.stdout.write(`${await pack(path.join(folder, "package"), path.resolve(values.out))}\n`);
} finally {
  await rm(folder, { recursive: true });
}

/** Builds the package, and returns the path of its tarball. */
async function pack(staged: string, out: string): Promise<string> {
  await mkdir(staged);
  const manifest = createManifest();
  await writeFile(path.join(staged, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of DOCUMENTS) await copyFile(path.join(ROOT, name), path.join(staged, name));
  await buildModules(path.join(staged, "dist"), Object.keys(manifest.dependencies));
  await writeDeclarations(
    Object.values(MODULES),
    path.join(folder, "types"),
    path.join(staged, "types"),
  );
  await buildCommand(path.join(staged, "dist/command"));
  await writeFunctions(staged);

  await mkdir(out, { recursive: true });
  await promisify(execFile)("npm", ["pack", "--pack-destination", out], { cwd: staged });
  return path.join(out, `${manifest.name}-${manifest.version}.tgz`);
}

async function buildModules(outdir: string, external: readonly string[]): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: MODULES,
    outdir,
    external: [...external],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2024",
    legalComments: "none",
    logLevel: "warning",
  });
}
