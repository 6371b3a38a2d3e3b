// Builds the package: ES modules and CommonJS from the same source, each with its declarations.
import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const FOLDER = import.meta.dirname;
const MANIFEST = createRequire(import.meta.url).resolve("typescript/package.json");
const COMPILER = path.join(path.dirname(MANIFEST), "bin/tsc");

rmSync(path.join(FOLDER, "dist"), { recursive: true, force: true });
for (const config of ["tsconfig.json", "tsconfig.cjs.json"]) {
  execFileSync(process.execPath, [COMPILER, "-p", path.join(FOLDER, config)], { stdio: "inherit" });
}
writeFileSync(path.join(FOLDER, "dist/cjs/package.json"), '{ "type": "commonjs" }\n');
copyFileSync(path.join(FOLDER, "../../LICENSE"), path.join(FOLDER, "LICENSE"));
