import * as v from "valibot";
import { Configuration } from "./configuration.ts";
import { overridableSettings, overrideByVariables, type Variables } from "./variables.ts";

/** The noun for a value, by the type of its schema. */
const NOUNS: Readonly<Record<string, string>> = {
  array: "a list",
  number: "a number",
  record: "an object",
  strict_object: "an object",
  string: "a text",
};

/** The mistakes in a configuration: one sentence each, which names the setting and never quotes its value. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    super([`The configuration has ${count}:`, ...mistakes].join("\n  "));
    this.name = "ConfigurationError";
    this.mistakes = mistakes;
  }
}

/**
 * Returns the configuration with its defaults, after the environment variables that are set have overridden it.
 *
 * @throws {ConfigurationError} with all mistakes at once
 */
export function parseConfiguration(input: unknown, variables: Variables): Configuration {
  const result = v.safeParse(Configuration, overrideByVariables(input, variables));
  if (result.success) return result.output;

  const byVariable = new Map(
    overridableSettings()
      .filter(({ variable }) => variables[variable])
      .map(({ variable, path }) => [path.join("."), variable]),
  );
  const mistakes = new Map<string, string>();
  for (const issue of result.issues) {
    const path = pathOf(issue);
    if (mistakes.has(path)) continue;
    mistakes.set(path, `${subjectOf(path, byVariable)} ${predicateOf(issue)}`);
  }
  throw new ConfigurationError([...mistakes.values()]);
}

/** Returns the path of a value, such as `redirectUris[1]`. */
function pathOf({ path }: v.BaseIssue<unknown>): string {
  const keys: readonly v.IssuePathItem[] = path ?? [];
  return keys.reduce((before, { key }) => {
    if (typeof key === "number") return `${before}[${key}]`;
    return before === "" ? String(key) : `${before}.${String(key)}`;
  }, "");
}

function subjectOf(path: string, byVariable: ReadonlyMap<string, string>): string {
  const variable = byVariable.get(path.replace(/\[.*$/, ""));
  if (variable !== undefined) return `The environment variable ${variable}`;
  return path === "" ? "The configuration" : path;
}

function predicateOf({ kind, type, received, expected, message }: v.BaseIssue<unknown>): string {
  if (kind === "validation") return message;
  if (expected === "never") return "is not a setting.";
  if (received === "undefined") return "is missing.";
  if (type === "picklist")
    return `must be one of ${expected?.replace(/[()]/g, "").replaceAll(" | ", ", ")}.`;
  const noun = NOUNS[type];
  return noun === undefined ? message : `must be ${noun}.`;
}
