/** The names of the resources of a stage. */
export interface Names {
  /** The start of all physical names: `grantkeep` in `grantkeep-production-token-lookup`. */
  readonly prefix: string;
  /** The start of all names in SST's state: `Grants` in `GrantsTokenLookup`. */
  readonly logicalPrefix: string;
  /** Whether the data must survive the removal of the stage. */
  readonly production: boolean;
}

const PREFIX = /^[a-z][a-z0-9-]{0,19}$/;

const defaults = { prefix: "grantkeep", logicalPrefix: "" };
let chosen: Partial<Names> = {};

/**
 * Chooses the names of this deployment. They are as global as SST's `$app`: one program deploys one stage.
 *
 * @throws {Error} for a prefix that is no part of the name of a function
 */
export function chooseNames(names: Partial<Names>): void {
  const { prefix = defaults.prefix } = names;
  if (!PREFIX.test(prefix)) {
    throw new Error(
      "names.prefix must have 1 to 20 lower-case letters, digits and hyphens, and start with a letter.",
    );
  }
  chosen = names;
}

/** Returns whether the data of this stage must survive its removal. */
export function isProduction(): boolean {
  return chosen.production ?? ($app.stage === "production" || $app.protect === true);
}

/** Returns the start of all physical names. */
export function namePrefix(): string {
  return chosen.prefix ?? defaults.prefix;
}

/** Returns the name of a resource, unique among the stages of an AWS account. */
export function nameOf(id: string): string {
  return `${namePrefix()}-${$app.stage}-${id}`;
}

/** Returns a command of an operator on this stage, as it is typed. */
export function commandOf(command: string): string {
  const prefix = namePrefix();
  const variable = prefix === defaults.prefix ? "" : `GRANTKEEP_PREFIX=${prefix} `;
  return `${variable}npx grantkeep ${command} --stage ${$app.stage}`;
}

/** Returns the name of the queue for the events that a function did not process. */
export function deadLettersOf(functionName: string): string {
  return nameOf(`${functionName}-dead-letters`);
}

/** Returns the name of a secret. */
export function secretNameOf(id: string): string {
  return `${namePrefix()}/${$app.stage}/${id}`;
}

/** Returns the name of a resource in SST's state, unique within an app. Another name is another resource. */
export function logicalName(id: string): string {
  const { logicalPrefix = defaults.logicalPrefix } = chosen;
  return logicalPrefix && /^[a-z]/.test(id) ? `${logicalPrefix}-${id}` : `${logicalPrefix}${id}`;
}

/** Returns the CloudWatch namespace of this stage. */
export function metricsNamespace(): string {
  const prefix = namePrefix();
  return prefix === defaults.prefix
    ? `Grantkeep/${$app.stage}`
    : `Grantkeep/${prefix}/${$app.stage}`;
}

/** Returns a name in the form that SST requires: `InstallationsGet` for `installations-get`. */
export function toComponentName(name: string): string {
  return name.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}
