import path from "node:path";
import { functionTable } from "../infra/function-table.ts";
import { openPrebuilt, unpackBundle } from "../infra/prebuilt.ts";

export type { FunctionDefinition } from "../infra/function-definition.ts";
export { type Requirements, requirementsOf, type Surrounding } from "../infra/requirements.ts";
export { SECRET_NAMES } from "../infra/secret-names.ts";
export { functionTable };

/** The folder of the package. */
const PACKAGE = path.resolve(import.meta.dirname, "..");

/**
 * Writes the bundle of every function into a folder of its own below `folder`, for tools other than SST. Returns
 * the path of each folder by the name of its function.
 *
 * @throws {Error} that names the file of the package that is missing, or has a wrong checksum
 */
export function unpackBundles(folder: string): Record<string, string> {
  const prebuilt = openPrebuilt(PACKAGE);
  return Object.fromEntries(
    functionTable.map(({ name }) => {
      const target = path.resolve(folder, name);
      unpackBundle(prebuilt, name, target);
      return [name, target];
    }),
  );
}

/** The folder with the SQL files, which the bundle of `migrate` needs beside it. */
export const migrationsFolder: string = path.join(PACKAGE, "migrations");
