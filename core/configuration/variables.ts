import { PLATFORM_NAMES, PLATFORMS } from "../platforms.ts";
import { parseList } from "./setting.ts";
import { settingVariable } from "./variable-names.ts";

/** Environment variables by name. An empty one counts as unset. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A setting that an environment variable overrides. */
interface OverridableSetting {
  readonly variable: string;
  readonly path: readonly string[];
  readonly parse: (text: string) => unknown;
}

const asText = (text: string) => text;

/** Returns the settings of the configuration that have an environment variable. */
export function overridableSettings(): OverridableSetting[] {
  const registrations = PLATFORM_NAMES.flatMap((platform) =>
    PLATFORMS[platform].settings.map((setting) => ({
      variable: settingVariable(platform, setting),
      path: ["platforms", platform, setting],
      parse: setting === "scopes" ? parseList : asText,
    })),
  );
  return [
    { variable: "ALLOWED_REDIRECT_URIS", path: ["redirectUris"], parse: parseList },
    { variable: "DATABASE", path: ["database"], parse: asText },
    { variable: "RETENTION_DAYS", path: ["retentionDays"], parse: parseDays },
    ...registrations,
  ];
}

/** Returns the configuration with the values of the environment variables that are set. They win. */
export function overrideByVariables(configuration: unknown, variables: Variables): unknown {
  return overridableSettings().reduce((result, { variable, path, parse }) => {
    const text = variables[variable];
    return text === undefined || text === "" ? result : withValue(result, path, parse(text));
  }, configuration);
}

function withValue(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  // A part that is no object is a mistake, which has to be found.
  if (target !== undefined && !isRecord(target)) return target;
  return { ...target, [key]: withValue(target?.[key], rest, value) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// The text itself, if it is no number, is found as a mistake.
function parseDays(text: string): unknown {
  return /^\d+$/.test(text) ? Number(text) : text;
}
