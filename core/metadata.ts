import * as v from "valibot";

const MAX_BYTES = 4096;
const MAX_DEPTH = 4;
const MAX_FLOW_BYTES = 512;
const MAX_FLOW_PAIRS = 16;
const PROTO = "__proto__";

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

type JsonObject = { [key: string]: JsonValue };

/**
 * A JSON object of at most 4 KB and four levels that PostgreSQL can store as jsonb.
 *
 * It is not a `v.record`, which drops the keys `constructor` and `prototype`. They are kept, as keys of the
 * object itself. `__proto__` is refused: a program that copies the object could change its prototype.
 */
export const Metadata = v.pipe(
  v.custom<JsonObject>(isMetadata),
  // For the documents.
  v.metadata({ type: "object" }),
);
export type Metadata = v.InferOutput<typeof Metadata>;

/** The metadata of an install link: at most 16 pairs of strings, and 512 bytes as JSON. */
export const FlowMetadata = v.pipe(
  v.custom<{ [key: string]: string }>(isFlowMetadata),
  v.metadata({ type: "object", additionalProperties: { type: "string" } }),
);
export type FlowMetadata = v.InferOutput<typeof FlowMetadata>;

function isMetadata(input: unknown): boolean {
  return isObject(input) && isStorable(input, MAX_DEPTH) && byteLength(input) <= MAX_BYTES;
}

function isFlowMetadata(input: unknown): boolean {
  if (!isObject(input)) return false;
  const pairs = Object.entries(input);
  return (
    pairs.length <= MAX_FLOW_PAIRS &&
    pairs.every(([key, value]) => isFlowKey(key) && isStorableText(value)) &&
    byteLength(input) <= MAX_FLOW_BYTES
  );
}

function isFlowKey(key: string): boolean {
  return key !== PROTO && /^[a-z0-9_]{1,40}$/.test(key);
}

function isObject(input: unknown): input is object {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

// Checked before any unbounded recursion, because a body may be nested 10,000 deep.
function isStorable(input: unknown, depth: number): boolean {
  if (typeof input === "string") return isStorableText(input);
  if (typeof input === "number") return Number.isFinite(input);
  if (typeof input === "boolean" || input === null) return true;
  if (typeof input !== "object" || depth === 0) return false;
  return Object.entries(input).every(
    ([key, value]) => key !== PROTO && isStorableText(key) && isStorable(value, depth - 1),
  );
}

// jsonb rejects lone surrogates (22P02) and NUL (22P05).
function isStorableText(text: unknown): boolean {
  return typeof text === "string" && text.isWellFormed() && !text.includes("\0");
}

function byteLength(input: object): number {
  return Buffer.byteLength(JSON.stringify(input));
}
