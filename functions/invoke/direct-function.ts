import type { Context } from "aws-lambda";
import * as v from "valibot";
import { type ErrorCode, ServiceError, toServiceError } from "../../core/errors.ts";
import {
  InstallationId,
  type InstallationKey,
  OrganizationId,
  Platform,
} from "../../core/installation.ts";
import { eventsSent } from "../environment/installation-events.ts";
import { writeMetricLine } from "../environment/metrics.ts";

/** The two ways to name an installation, exactly one of which is given. */
export const KeyFields = {
  platform: v.optional(Platform),
  organization_id: v.optional(OrganizationId),
  installation_id: v.optional(InstallationId),
};

/** What the log line of an invocation says of the installation, or of many. */
export interface AuditFacts {
  readonly installationId?: string;
  readonly platform?: Platform;
  /** How many installations went in or out. */
  readonly rows?: number;
  /** The thumbprint of the key that they were encrypted for (RFC 7638). */
  readonly recipient?: string;
}

interface Invocation<Answer> {
  readonly answer: Answer;
  readonly audit: AuditFacts;
  /** For an answer that says what is wrong with many rows at once. */
  readonly outcome?: "ok" | ErrorCode;
}

/**
 * Makes a handler that is invoked directly: it parses the event, answers, and throws failures with `name`
 * set to the code, which the caller sees as `errorType`.
 *
 * Each invocation writes one line, in embedded metric format: metrics and audit in one.
 */
export function directFunction<const Schema extends v.GenericSchema, Answer>(
  metric:
    | "Lookups"
    | "WebhookSecretLookups"
    | "Sweeps"
    | "HealthChecks"
    | "KeyRotations"
    | "Imports"
    | "Exports",
  schema: Schema,
  invoke: (request: v.InferOutput<Schema>, context: Context) => Promise<Invocation<Answer>>,
): (event: unknown, context: Context) => Promise<Answer> {
  return async (event, context) => {
    const startedAt = performance.now();
    const finish = (outcome: "ok" | ErrorCode, facts: AuditFacts, reason?: string) =>
      writeLine({
        metric,
        outcome,
        reason,
        facts,
        context,
        milliseconds: performance.now() - startedAt,
      });
    try {
      const { answer, audit, outcome = "ok" } = await invoke(parseRequest(schema, event), context);
      finish(outcome, audit);
      return answer;
    } catch (error) {
      const failure = toServiceError(error);
      finish(failure.code, auditOf(event), failure.reason);
      throw withoutStack(failure);
    } finally {
      const sent = eventsSent();
      if (sent) await sent;
    }
  };
}

/**
 * The installation that a request names.
 *
 * @throws {ServiceError} `invalid_request` unless exactly one form is given
 */
export function toKey(
  request: v.InferOutput<v.ObjectSchema<typeof KeyFields, undefined>>,
): InstallationKey {
  const { platform, organization_id: organizationId, installation_id: id } = request;
  if (id !== undefined && platform === undefined && organizationId === undefined) return { id };
  if (id === undefined && platform !== undefined && organizationId !== undefined) {
    return { platform, organizationId };
  }
  throw new ServiceError(
    "invalid_request",
    "Give either installation_id, or platform and organization_id.",
  );
}

/** Which installation an event is about, as far as what it says has the form of an id. */
export function auditOf(event: unknown): AuditFacts {
  const facts = v.safeParse(v.object(KeyFields), event);
  if (!facts.success) return {};
  const { installation_id: installationId, platform } = facts.output;
  return {
    ...(installationId !== undefined && { installationId }),
    ...(platform !== undefined && { platform }),
  };
}

function parseRequest<const Schema extends v.GenericSchema>(
  schema: Schema,
  event: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  throw new ServiceError("invalid_request", "The request is not valid.");
}

// Lambda answers the stack to the caller and logs it: it says nothing that the code does not.
function withoutStack(error: ServiceError): ServiceError {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

interface Line {
  readonly metric: string;
  readonly outcome: "ok" | ErrorCode;
  readonly reason: string | undefined;
  readonly facts: AuditFacts;
  readonly context: Context;
  readonly milliseconds: number;
}

function writeLine({ metric, outcome, reason, facts, context, milliseconds }: Line): void {
  writeMetricLine({
    metric,
    milliseconds,
    dimensions: [["outcome"]],
    fields: {
      outcome,
      request_id: context.awsRequestId,
      // With its alias: the only thing about a caller that Lambda tells.
      invoked_as: context.invokedFunctionArn,
      installation_id: facts.installationId,
      platform: facts.platform,
      rows: facts.rows,
      recipient: facts.recipient,
      reason,
    },
  });
}
