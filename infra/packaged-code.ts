import { createRequire } from "node:module";
import path from "node:path";
import type { Code } from "./code.ts";
import { openPrebuilt, unpackBundle } from "./prebuilt.ts";

/**
 * Returns the code in the installed package. Each bundle is copied into SST's folder, because SST writes a file
 * with the links of a function into its bundle.
 *
 * @throws {Error} when a file of the package is missing or was changed
 */
export function packagedCode(): Code {
  const { root, work } = $cli.paths;
  const folder = findPackage(root);
  const prebuilt = openPrebuilt(folder);
  return {
    of({ name }) {
      const bundle = path.join(work, "grantkeep", name);
      unpackBundle(prebuilt, name, bundle);
      return { handler: "bundle.handler", bundle };
    },
    migrations: path.relative(root, path.join(folder, "migrations")),
    migrateCommand: "npx grantkeep migrate",
  };
}

// SST bundles this module into a file of its own folder, which is therefore no way to the package.
function findPackage(root: string): string {
  try {
    const { resolve } = createRequire(path.join(root, "sst.config.ts"));
    return path.dirname(resolve("grantkeep/package.json"));
  } catch (cause) {
    throw new Error(
      `The package grantkeep is not installed beside ${path.join(root, "sst.config.ts")}. ` +
        "Run npm install grantkeep in that folder.",
      { cause },
    );
  }
}
