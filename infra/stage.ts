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
