/** Whether this stage holds what must not be lost. */
export function isProduction(): boolean {
  return $app.stage === "production";
}

/** The name of a resource in the AWS account, which no other stage has. */
export function nameOf(id: string): string {
  return `${$app.name}-${$app.stage}-${id}`;
}

/** Where the functions of this stage count their metrics. */
export function metricsNamespace(): string {
  return `Grantkeep/${$app.stage}`;
}
