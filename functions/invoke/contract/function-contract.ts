import type * as v from "valibot";
import type { ErrorCode } from "../../../core/errors.ts";

/** One sentence about each field of a schema, by its path: `limit`, or `findings[].found` within a list. */
export type FieldTexts = Readonly<Record<string, string>>;

/** A function that is invoked directly: its schemas, and what the documentation says about them. */
export interface FunctionContract {
  readonly summary: string;
  readonly request: v.GenericSchema;
  readonly requestFields: FieldTexts;
  readonly response: v.GenericSchema;
  readonly responseFields: FieldTexts;
  /** The error codes that a caller can receive, other than `server_error`. */
  readonly errors: readonly ErrorCode[];
  readonly examples: readonly Example[];
}

interface Example {
  readonly request: unknown;
  readonly response: unknown;
}
