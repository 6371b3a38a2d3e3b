import * as v from "valibot";

const MAX_BYTES = 4096;
const MAX_DEPTH = 4;
const MAX_FLOW_BYTES = 512;
const MAX_FLOW_PAIRS = 16;

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };

const Json: v.GenericSchema<JsonValue> = v.lazy(() =>
  v.union([
    v.string(),
    v.pipe(v.number(), v.finite()),
    v.boolean(),
    v.null(),
    v.array(Json),
    JsonRecord,
  ]),
);

const JsonRecord: v.GenericSchema<{ [key: string]: JsonValue }> = v.record(v.string(), Json);

// `v.record` accepts an array and turns it into an object.
const NotList = v.custom<object>((input) => !Array.isArray(input));

/** A JSON object of at most 4 KB and four levels that PostgreSQL can store as jsonb. */
export const Metadata = v.pipe(
  NotList,
  v.check((input) => isStorable(input, MAX_DEPTH)),
  v.check((input) => byteLength(input) <= MAX_BYTES),
  JsonRecord,
);
export type Metadata = v.InferOutput<typeof Metadata>;

/** The metadata of an install link: at most 16 pairs of strings, and 512 bytes as JSON. */
export const FlowMetadata = v.pipe(
  NotList,
  v.record(
    v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,40}$/)),
    v.pipe(v.string(), v.check(isStorableText)),
  ),
  v.check((input) => Object.keys(input).length <= MAX_FLOW_PAIRS),
  v.check((input) => byteLength(input) <= MAX_FLOW_BYTES),
);
export type FlowMetadata = v.InferOutput<typeof FlowMetadata>;

// Checked before any unbounded recursion, because a body may be nested 10,000 deep.
function isStorable(input: unknown, depth: number): boolean {
  if (typeof input === "string") return isStorableText(input);
  if (typeof input !== "object" || input === null) return true;
  if (depth === 0) return false;
  return Object.entries(input).every(
    ([key, value]) => isStorableText(key) && isStorable(value, depth - 1),
  );
}

// jsonb rejects lone surrogates (22P02) and NUL (22P05).
function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function byteLength(input: object): number {
  return Buffer.byteLength(JSON.stringify(input));
}
