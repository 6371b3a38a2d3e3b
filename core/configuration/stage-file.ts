import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { PLATFORM_NAMES } from "../platforms.ts";

const Settings = v.record(v.string(), v.unknown());

/** The registrations of one stage: settings of platforms, which override those of the configuration. */
const StageFile = v.strictObject({
  platforms: v.record(v.picklist(PLATFORM_NAMES), Settings),
});
export type StageFile = v.InferOutput<typeof StageFile>;

const StageFileText = v.pipe(v.string(), v.parseJson(), StageFile);
const WithPlatforms = v.looseObject({ platforms: v.optional(v.record(v.string(), Settings), {}) });

/** Returns the path of the file of a stage, which is beside the configuration. */
export function stageFilePath(folder: string, stage: string): string {
  return path.join(folder, `grantkeep.${stage}.json`);
}

/**
 * Reads the file of a stage. Without a file, a stage has no registrations of its own.
 *
 * @throws {Error} that names the file, if it has another form
 */
export function readStageFile(file: string): StageFile {
  const text = readText(file);
  if (text === undefined) return { platforms: {} };
  const parsed = v.safeParse(StageFileText, text);
  if (parsed.success) return parsed.output;
  throw new Error(
    `The file ${file} is malformed. It must be an object such as {"platforms":{"github":{"clientId":"…"}}}.`,
  );
}

/** Returns the configuration of a stage. A configuration that is malformed is returned as it is, to be found as such. */
export function withStageFile(configuration: unknown, { platforms }: StageFile): unknown {
  const parsed = v.safeParse(WithPlatforms, configuration);
  if (!parsed.success) return configuration;
  const merged = { ...parsed.output.platforms };
  for (const [name, settings] of Object.entries(platforms)) {
    merged[name] = { ...merged[name], ...settings };
  }
  return { ...parsed.output, platforms: merged };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
