import { readTrace } from "../../core/request-trace.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of a log line, and the ids of its request that are not among them. */
export function withTrace(fields: Fields): Fields {
  const line: Record<string, unknown> = traceFields();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) line[name] = value;
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
