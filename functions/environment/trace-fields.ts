import { readTrace } from "../../core/request-trace.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of a log line, and the ids of its request that are not among them. */
export function withTrace(fields: Fields): Record<string, unknown> {
  const line: Record<string, unknown> = traceFields();
  for (const name of Object.keys(fields)) if (fields[name] !== undefined) line[name] = fields[name];
  return line;
}

/** Returns the ids of the present request, by their names in log lines. JSON leaves those out that are not known. */
function traceFields() {
  const trace = readTrace();
  return {
    request_id: trace.requestId,
    caller: trace.caller,
    platform: trace.platform,
    organization_id: trace.organizationId,
    installation_id: trace.installationId,
    link_id: trace.linkId,
    delivery_id: trace.deliveryId,
    event: trace.event,
  };
}
