import type * as v from "valibot";
import type { ErrorCode } from "../../../core/errors.ts";
import type { FieldTexts } from "../../invoke/contract/function-contract.ts";

/** One route of the HTTP API: its schemas, and what the documentation says about them. */
export interface RouteContract {
  readonly summary: string;
  readonly path?: Input;
  /** Absent where the platform sets the query, which the handler reads as it is. */
  readonly query?: Input;
  readonly json?: Input;
  readonly form?: Input;
  /** By status. The responses with an error status are `ErrorBody`, or a page for a browser. */
  readonly responses: Readonly<Record<number, RouteResponse>>;
  /** The error codes that a caller can receive, other than `server_error`. */
  readonly errors: readonly ErrorCode[];
  readonly example: Example;
}

/** A part of a request, with one sentence about each of its fields. */
interface Input {
  readonly schema: v.GenericSchema;
  readonly fields: FieldTexts;
}

interface RouteResponse {
  readonly summary: string;
  /** The JSON body. Absent where there is none. */
  readonly json?: Input;
  /** Whether a browser receives a page, and JSON is for clients that accept nothing else. */
  readonly isPage?: boolean;
}

interface Example {
  /** With its query. Absent where it is the path of the route. */
  readonly path?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly response: {
    readonly status: number;
    readonly location?: string;
    readonly json?: unknown;
  };
}
