import * as v from "valibot";

/** A value that survives a restart. It is replaced as a whole and never changed in place. */
export interface PersistedValue<Value> {
  get(): Value;
  set(value: Value): void;
}

/** A persisted value as the state file handles it. */
export interface ClearableValue<Value> extends PersistedValue<Value> {
  /** Restores the initial value. */
  clear(): void;
}

/** Creates a value from an earlier run, or with `initial` if the earlier one is missing or invalid. */
export function createPersistedValue<Value>(
  schema: v.GenericSchema<unknown, Value>,
  earlier: unknown,
  { initial, onChange }: { initial: Value; onChange: () => void },
): ClearableValue<Value> {
  const parsed = v.safeParse(schema, earlier);
  let current = parsed.success ? parsed.output : initial;

  function set(value: Value): void {
    current = value;
    onChange();
  }

  return { get: () => current, set, clear: () => set(initial) };
}
