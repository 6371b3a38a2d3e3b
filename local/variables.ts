/** The variables of docs/configuration.md that a developer has set, and the secrets. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Whether a variable has a value; an empty one is unset. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
