/** Returns whether the data of this stage must survive its removal. */
export function isProduction(): boolean {
  return $app.stage === "production";
}

/** Returns the name of a resource, unique among the stages of an AWS account. */
export function nameOf(id: string): string {
  return `${$app.name}-${$app.stage}-${id}`;
}

/** Returns the CloudWatch namespace of this stage. */
export function metricsNamespace(): string {
  return `Grantkeep/${$app.stage}`;
}

/** Returns a name in the form that SST requires: `InstallationsGet` for `installations-get`. */
export function toComponentName(name: string): string {
  return name.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}
