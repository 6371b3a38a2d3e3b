/** The variables of docs/configuration.md that a developer has set, and the secrets. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Returns whether a variable has a value. An empty one counts as unset. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
