import type { Context } from "aws-lambda";
import * as v from "valibot";
import { type ErrorCode, ServiceError, toServiceError } from "../../core/errors.ts";
import type { Platform } from "../../core/installation.ts";
import { traced } from "../../core/request-trace.ts";
import { eventsSent } from "../environment/installation-events.ts";
import { toFailure, writeMetric } from "../environment/metrics.ts";
import { readAlias } from "./caller.ts";
import { KeyFields } from "./installation-key.ts";
import { toThrown } from "./thrown.ts";

/** The audit fields of an invocation's log line. */
export interface AuditFacts {
  readonly installationId?: string;
  readonly platform?: Platform;
  readonly organizationId?: string;
  /** The id of the token that was returned, by `toTokenId`. */
  readonly tokenId?: string;
  /** The narrowing of the token, e.g. `contents: read, issues: write`. */
  readonly permissions?: string | undefined;
  readonly repositories?: string | undefined;
  /** The caller's own reason for the lookup. */
  readonly purpose?: string | undefined;
  /** The number of installations that were imported or exported. */
  readonly rows?: number;
  /** The RFC 7638 thumbprint of the key that an export is encrypted for. */
  readonly recipient?: string;
}

/** The result of a successful invocation: the response, and what its log line records. */
export interface Invocation<Response> {
  readonly response: Response;
  readonly audit: AuditFacts;
  /** Not `ok` when the response reports errors by line. */
  readonly outcome?: "ok" | ErrorCode;
}

/**
 * The organization ids of the platforms. Another text, which may be a secret that was put into the wrong field, is
 * not logged.
 */
const PlatformOrganizationId = v.pipe(
  v.string(),
  v.regex(/^([1-9][0-9]{0,18}|[TE][A-Z0-9]{2,20}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/),
);

/** Built once, because each lookup parses its event with it for its log lines. */
const EventKey = v.object(KeyFields);

/** The functions that callers invoke by an alias. */
const BY_ALIAS: ReadonlySet<string> = new Set(["Lookups", "WebhookSecretLookups"]);

/** The log line of an invocation that is under way. */
interface AuditLine {
  /** The alias that the function was invoked by. */
  readonly alias: string;
  /** Notes what the line has of an invocation that fails, and of a successful one too. */
  readonly note: (facts: AuditFacts) => void;
}

/** The path of a field. Another key of a caller, which may be a secret, is not quoted. */
const FIELD = /^[a-z_]{1,40}(\.([a-z_]{1,40}|[0-9]{1,4})){0,3}$/;

/**
 * Creates the handler of a function that is invoked directly. It parses the event and returns the response.
 * A failure is thrown with the error code as its `name`, which the caller receives as `errorType`, and with an
 * `InvokeErrorMessage` as its message.
 *
 * Each invocation writes one line in embedded metric format, which is its metric and its audit log.
 */
export function directFunction<const Schema extends v.GenericSchema, Response>(
  metric:
    | "Lookups"
    | "WebhookSecretLookups"
    | "Sweeps"
    | "Ticks"
    | "Reconciliations"
    | "HealthChecks"
    | "Checks"
    | "KeyRotations"
    | "Imports"
    | "Exports",
  schema: Schema,
  invoke: (
    request: v.InferOutput<Schema>,
    context: Context,
    line: AuditLine,
  ) => Promise<Invocation<Response>>,
): (event: unknown, context: Context) => Promise<Response> {
  async function run(event: unknown, context: Context, alias: string): Promise<Response> {
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
    let noted: AuditFacts | undefined;
    const note = (facts: AuditFacts) => {
      noted = facts;
    };
    try {
      const request = parseRequest(schema, event);
      const { response, audit, outcome = "ok" } = await invoke(request, context, { alias, note });
      finish(outcome, noted ? { ...noted, ...audit } : audit);
      return response;
    } catch (error) {
      const failure = toServiceError(error);
      finish(failure.code, noted ?? {}, failure.reason);
      throw toThrown(failure);
    } finally {
      const sent = eventsSent();
      if (sent) await sent;
    }
  }
  return (event, context) => {
    const alias = readAlias(context.invokedFunctionArn);
    const caller = BY_ALIAS.has(metric) ? alias : undefined;
    const trace = { ...auditOf(event), caller, requestId: context.awsRequestId };
    return traced(trace, () => run(event, context, alias));
  };
}

/** Returns the installation that an event names, as far as the event is well-formed. */
export function auditOf(event: unknown): AuditFacts {
  const facts = v.safeParse(EventKey, event);
  if (!facts.success) return {};
  const { installation_id: installationId, platform, organization_id: organization } = facts.output;
  const organizationId = v.safeParse(PlatformOrganizationId, organization);
  return {
    ...(installationId !== undefined && { installationId }),
    ...(platform !== undefined && { platform }),
    ...(organizationId.success && { organizationId: organizationId.output }),
  };
}

function parseRequest<const Schema extends v.GenericSchema>(
  schema: Schema,
  event: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const field = path !== null && FIELD.test(path) ? path : undefined;
  const message =
    field === undefined ? "The request is not valid." : `The request is not valid: ${field}.`;
  throw new ServiceError("invalid_request", message, { field });
}

interface Line {
  readonly metric: string;
  readonly outcome: "ok" | ErrorCode;
  readonly reason: string | undefined;
  readonly facts: AuditFacts;
  readonly context: Context;
  readonly milliseconds: number;
}

function writeLine(line: Line): void {
  const { metric, outcome, reason, facts, context, milliseconds } = line;
  writeMetric({
    metric,
    milliseconds,
    dimensions: [["outcome"]],
    fields: {
      outcome,
      // Includes the alias, which is all that Lambda reveals about the caller.
      invoked_as: context.invokedFunctionArn,
      installation_id: facts.installationId,
      organization_id: facts.organizationId,
      platform: facts.platform,
      token_id: facts.tokenId,
      permissions: facts.permissions,
      repositories: facts.repositories,
      purpose: facts.purpose,
      rows: facts.rows,
      recipient: facts.recipient,
      ...toFailure(outcome, reason),
    },
  });
}
