import { bundling } from "./bundling.ts";
import type { FunctionDefinition } from "./function-definition.ts";

/** Where the code of the functions is. All paths are relative to the folder of `sst.config.ts`. */
export interface Code {
  /** Returns the arguments of `sst.aws.Function` that name the code of one function. */
  of(
    definition: Pick<FunctionDefinition, "name" | "handler">,
  ): Pick<sst.aws.FunctionArgs, "handler" | "bundle" | "nodejs">;
  /** The folder with the SQL files. */
  readonly migrations: string;
  /** The command that migrates the database of `sst dev`. */
  readonly migrateCommand: string;
}

/** The sources of this repository, which SST bundles. */
export const sources: Code = {
  of: ({ handler }) => ({ handler, nodejs: bundling }),
  migrations: "migrations",
  migrateCommand: "npm run migrate",
};
