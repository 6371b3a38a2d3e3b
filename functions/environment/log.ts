import { Logger } from "@aws-lambda-powertools/logger";
import type { ErrorCode } from "../../core/errors.ts";
import type { Platform } from "../../core/installation.ts";
import { withTrace } from "./trace-fields.ts";

/**
 * All fields that a log line can contain, besides the ids of its request. There is none for an error, a body, a
 * query or a header.
 */
export interface LogFields {
  readonly route?: string;
  readonly status?: number;
  readonly error?: ErrorCode;
  /** A fixed text about the cause, never text from a request or a platform. */
  readonly reason?: string | undefined;
  readonly platform?: Platform;
  readonly installation_id?: string | undefined;
  readonly organization_id?: string | undefined;
  readonly delivery_id?: string;
  readonly event?: string;
  readonly created?: boolean;
  /** The names of the fields that a request changed. */
  readonly changed?: readonly string[];
  readonly revocation?: "done" | "failed" | "not_supported" | "skipped";
  readonly applied?: readonly string[];
  readonly rehearsed?: number;
}

const logger = new Logger({ serviceName: "grantkeep" });

/** Writes one JSON line with the ids of its request, at the level `error` if its status is 500 or more. */
export function log(message: string, fields: LogFields): void {
  const level = (fields.status ?? 0) >= 500 ? "error" : "info";
  logger[level](message, withTrace({ ...fields }));
}
