import { writeFileSync } from "node:fs";
import path from "node:path";
import type { DatabaseChoice } from "../core/configuration/database.ts";
import { inlineLogo } from "../core/configuration/logo.ts";
import { parseConfiguration } from "../core/configuration/parse.ts";
import { readStageFile, stageFilePath, withStageFile } from "../core/configuration/stage-file.ts";
import { overrideByVariables } from "../core/configuration/variables.ts";

/** The name that the functions read the configuration by. */
const NAME = "configuration.json";

/** The file with the validated configuration. */
export interface ConfigurationFile {
  readonly path: string;
  /** How SST copies it into the bundle of a function: `from` is relative to the folder of `sst.config.ts`. */
  readonly copied: { readonly from: string; readonly to: string };
  readonly database: DatabaseChoice | undefined;
  /** The callers of the token lookup that have limits. */
  readonly callers: readonly string[];
  /** The ARN of the function that handles interactions of Slack. */
  readonly interactions: string | undefined;
}

/**
 * Validates the configuration, with the registrations in `grantkeep.<stage>.json`, and writes the file that each
 * function gets beside its bundle. Environment variables that are set override the settings, as locally.
 *
 * @throws {Error} with a sentence for each mistake
 */
export function writeConfiguration(configuration: unknown): ConfigurationFile {
  const { root, work } = $cli.paths;
  const stageFile = readStageFile(stageFilePath(root, $app.stage));
  const input = withStageFile(inlineLogo(configuration, root), stageFile);
  const { database, platforms, callers } = parseConfiguration(input, process.env);

  const file = path.join(work, NAME);
  writeFileSync(file, JSON.stringify(overrideByVariables(input, process.env)));
  return {
    path: file,
    copied: { from: path.relative(root, file), to: NAME },
    database,
    callers: Object.keys(callers),
    interactions: platforms.slack.interactions,
  };
}
