import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../../core/configuration/configuration.ts";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import {
  readStageFile,
  type StageFile,
  stageFilePath,
  withStageFile,
} from "../../core/configuration/stage-file.ts";
import type { Platform } from "../../core/installation.ts";
import { PLATFORMS } from "../../core/platforms.ts";
import { configurationPath, loadConfiguration } from "../../local/configuration.ts";
import { APP_FOLDER } from "../../local/folders.ts";
import type { StageSecrets } from "../target/secrets.ts";
import type { Registration } from "./registration.ts";

/** The configuration of a stage, and the file with its registrations. */
export interface StageConfiguration {
  readonly configuration: Configuration;
  readonly file: string;
  readonly stageFile: StageFile;
}

/**
 * Reads the configuration as the deploy of a stage does, with the environment variables that override it.
 *
 * @throws {Error} with a sentence for each mistake
 */
export async function readStageConfiguration(stage: string): Promise<StageConfiguration> {
  const variables = process.env;
  const file = stageFilePath(path.dirname(configurationPath(APP_FOLDER, variables)), stage);
  const stageFile = readStageFile(file);
  const input = withStageFile(await loadConfiguration(APP_FOLDER, variables), stageFile);
  return { configuration: parseConfiguration(input, variables), file, stageFile };
}

/** Where the registration of an app is stored. */
export interface RegistrationPlace {
  readonly platform: Platform;
  readonly stage: StageConfiguration;
  readonly secrets: StageSecrets;
  readonly secretId: string;
}

/**
 * Returns one sentence about the app that is registered already, or `undefined` if there is none.
 *
 * @throws {Error} that says what to do, if only a part of a registration is stored
 */
export async function describeExisting(place: RegistrationPlace): Promise<string | undefined> {
  const { platform, stage, secrets, secretId } = place;
  const { displayName } = PLATFORMS[platform];
  const { clientId } = stage.configuration.platforms[platform];
  const storedAt = await secrets.storedAt(secretId);
  if (storedAt === undefined && clientId === undefined) return undefined;
  const since = storedAt?.toISOString();
  if (clientId === undefined) {
    throw new Error(
      `The secret ${secretId} has a value since ${since}, but the configuration has no client id for ${displayName}. ` +
        `Add the client id of that app to ${path.basename(stage.file)}, or register another app: --replace.`,
    );
  }
  if (since === undefined) {
    throw new Error(
      `The configuration has the client id ${clientId} for ${displayName}, but the secret ${secretId} has no value. ` +
        "Store the secrets of that app there, or register another app: --replace.",
    );
  }
  return `${displayName} is registered: client id ${clientId}, and the secret ${secretId} has a value since ${since}.`;
}

/**
 * Stores an app: first its secrets, which the platform may show only once.
 *
 * @throws {Error} that says what is stored, and what to do
 */
export async function storeRegistration(
  { platform, stage, secrets, secretId }: RegistrationPlace,
  { description, settings, secret, manageUrl }: Registration,
): Promise<void> {
  await secrets.put(secretId, secret).catch((error: unknown) => {
    throw new Error(
      `The secrets of ${description} were not stored: ${messageOf(error)} ` +
        `Delete the app on ${manageUrl}, and run the command again.`,
    );
  });
  const { platforms } = stage.stageFile;
  const changed = {
    platforms: { ...platforms, [platform]: { ...platforms[platform], ...settings } },
  };
  await writeFile(stage.file, `${JSON.stringify(changed, null, 2)}\n`).catch((error: unknown) => {
    throw new Error(
      `The secrets of ${description} are stored, but ${stage.file} cannot be written: ${messageOf(error)} ` +
        `Write it: ${JSON.stringify(changed)}`,
    );
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
