import * as v from "valibot";

/** A value that a platform keeps over a restart, beside its tokens: replaced whole, never changed. */
export interface Kept<Value> {
  get(): Value;
  set(value: Value): void;
}

/** A kept value as the state file sees it. */
export interface KeptInFile<Value> extends Kept<Value> {
  /** Back to the initial value. */
  clear(): void;
}

/** Starts with what an earlier run has kept, or with `initial` if that was nothing or has another shape. */
export function createKept<Value>(
  schema: v.GenericSchema<unknown, Value>,
  earlier: unknown,
  { initial, onChange }: { initial: Value; onChange: () => void },
): KeptInFile<Value> {
  const parsed = v.safeParse(schema, earlier);
  let current = parsed.success ? parsed.output : initial;

  function set(value: Value): void {
    current = value;
    onChange();
  }

  return { get: () => current, set, clear: () => set(initial) };
}
