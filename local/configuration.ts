import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { inlineLogo } from "../core/configuration/logo.ts";
import { parseConfiguration } from "../core/configuration/parse.ts";
import { settingVariable } from "../core/configuration/variable-names.ts";
import { PLATFORM_NAMES, PLATFORMS } from "../core/platforms.ts";
import { isEmulated } from "./registrations.ts";
import { isSet, type Variables } from "./variables.ts";

const Module = v.object({ default: v.unknown() });
const Platforms = v.record(v.string(), v.record(v.string(), v.unknown()));
const WithPlatforms = v.looseObject({ platforms: v.optional(Platforms, {}) });

/** The settings of a platform that belong to a registration, unlike its scopes. */
const OF_REGISTRATION = /^(clientId|appId|appSlug|url|apiUrl|authUrl)$/;

/**
 * Returns the configuration in `grantkeep.config.ts` of a checkout, or in the file that `GRANTKEEP_CONFIG`
 * names. It is validated: functions would only fail when they are first called.
 *
 * @throws {Error} with a sentence for each mistake
 */
export async function loadConfiguration(checkout: string, variables: Variables): Promise<unknown> {
  const file = configurationPath(checkout, variables);
  const module = v.parse(Module, await import(pathToFileURL(file).href));
  const configuration = inlineLogo(module.default, path.dirname(file));
  parseConfiguration(configuration, variables);
  return configuration;
}

/** Returns the path of the configuration: `grantkeep.config.ts`, or the file that `GRANTKEEP_CONFIG` names. */
export function configurationPath(
  checkout: string,
  { GRANTKEEP_CONFIG: chosen }: Variables,
): string {
  return path.resolve(checkout, isSet(chosen) ? chosen : "grantkeep.config.ts");
}

/** A configuration as the functions of local mode read it. */
export interface ConfigurationFile {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Writes the configuration for the functions. A platform that is emulated has the registration of the emulated
 * app, and a variable that is set to nothing unsets the setting.
 */
export async function writeConfiguration(
  configuration: unknown,
  variables: Variables,
): Promise<ConfigurationFile> {
  const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-configuration-"));
  const file = path.join(folder, "configuration.json");
  await writeFile(file, JSON.stringify(withoutReplaced(configuration, variables)));
  return { path: file, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Returns the redirect URIs in a configuration. */
export function redirectUrisIn(configuration: unknown): readonly string[] {
  const Uris = v.object({ redirectUris: v.optional(v.array(v.string()), []) });
  return v.parse(Uris, configuration).redirectUris;
}

function withoutReplaced(configuration: unknown, variables: Variables): unknown {
  const { platforms, ...others } = v.parse(WithPlatforms, configuration);
  const kept = PLATFORM_NAMES.map((platform) => {
    const settings = Object.entries(platforms[platform] ?? {});
    const overridable: readonly string[] = PLATFORMS[platform].settings;
    const isKept = (name: string) => {
      if (isEmulated(platform, variables) && OF_REGISTRATION.test(name)) return false;
      return !overridable.includes(name) || variables[settingVariable(platform, name)] !== "";
    };
    return [platform, Object.fromEntries(settings.filter(([name]) => isKept(name)))];
  });
  return { ...others, platforms: Object.fromEntries(kept) };
}
