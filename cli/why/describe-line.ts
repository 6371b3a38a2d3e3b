import type { LineFields } from "../target/line-fields.ts";
import type { LogLine } from "../target/log-lines.ts";
import { DELIVERED, isDeliveryOutcome } from "./delivery-outcomes.ts";

/** Counters beside a line that says more. */
const COUNTERS = ["Failures", "Installs", "CallbackErrors", "RevocationFailures"];

/** The sentences for an invocation that succeeded and for one that failed, by its metric. */
const INVOCATIONS: readonly (readonly [metric: string, done: string, failed: string])[] = [
  ["Lookups", "A token was returned", "The lookup failed"],
  [
    "WebhookSecretLookups",
    "A webhook secret was returned",
    "The lookup of the webhook secret failed",
  ],
  ["Refreshes", "The token was refreshed", "The refresh failed"],
  [
    "Reconciliations",
    "The installation was compared with the platform",
    "The comparison with the platform failed",
  ],
  ["Sweeps", "The sweep ran", "The sweep failed"],
  ["Ticks", "The tick ran", "The tick failed"],
  ["HealthChecks", "A health check ran", "The health check failed"],
  ["KeyRotations", "A step of a key rotation ran", "The key rotation failed"],
  ["Imports", "Installations were imported", "The import failed"],
  ["Exports", "Installations were exported", "The export failed"],
];

const LINK_ROUTES: ReadonlyMap<string, string> = new Map([
  ["GET /", "The page of the link was opened"],
  ["POST /install-links", "The link was created"],
  ["DELETE /install-links/{id}", "An operator ended the link"],
  ["GET /oauth/{platform}/authorize", "The person went to the platform"],
]);

/** The requests of commands that read a link, such as `why` itself. */
const READS = ["GET /install-links", "GET /install-links/{id}"];

/** Returns whether a line says only that somebody read about a link. */
export function isRead({ fields }: LogLine): boolean {
  return fields.error === undefined && READS.includes(fields.route ?? "");
}

/** Returns whether a line only counts what another one says. */
export function isCounter({ fields }: LogLine): boolean {
  return COUNTERS.some((metric) => metric in fields);
}

/**
 * Returns whether a line says only that a page was served, that there was nothing to do, or that something happened of
 * which the bus has an event.
 */
export function isRoutine({ fields }: LogLine): boolean {
  if (fields.error !== undefined) return false;
  if (fields.outcome === "handed_over" || fields.message === "installed") return true;
  if (fields.message === "migrated") return countApplied(fields) === 0;
  const isOfLink = fields.link_id !== undefined && LINK_ROUTES.has(fields.route ?? "");
  return fields.message === "request" && !isOfLink;
}

/** Describes a log line in one sentence without its end. */
export function describeLine({ fields, functionName }: LogLine): string {
  const { outcome = "", event = "The delivery", message } = fields;
  const invocation = INVOCATIONS.find(([metric]) => metric in fields);
  if (invocation) {
    const [, done, failed] = invocation;
    return fields.error === undefined ? done : `${failed}: ${describeError(fields)}`;
  }
  if ("Deliveries" in fields && isDeliveryOutcome(outcome)) return `${event} ${DELIVERED[outcome]}`;
  if ("EventFailures" in fields) {
    return `The event bus did not take ${event}: ${fields.reason ?? "unknown"}`;
  }
  if ("Rejections" in fields) return `A caller reported a rejected token: ${outcome}`;
  if (message === "delivery_sent") return `The event bus took ${event}`;
  return message === undefined ? `${functionName} ${outcome}`.trim() : describeMessage(fields);
}

function describeMessage(fields: LineFields): string {
  const { message = "", route = "", status, created, changed, revocation } = fields;
  if (message === "installed") return created ? "The bot was installed" : "It was installed again";
  if (message === "created") return "An operator created the installation";
  if (message === "updated") return `An operator changed ${toList(changed)}`;
  if (message === "deleted")
    return `An operator deleted the installation (revocation ${revocation})`;
  if (message === "migrated") return describeMigrations(countApplied(fields));
  if (message === "failure") return `The install failed: ${describeError(fields)}`;
  if (message !== "request") return message;
  if (fields.error !== undefined) return `${route} returned ${status}: ${describeError(fields)}`;
  return (
    LINK_ROUTES.get(fields.link_id === undefined ? "" : route) ?? `${route} returned ${status}`
  );
}

function describeMigrations(applied: number): string {
  if (applied === 0) return "The database was up to date";
  return applied === 1
    ? "1 migration was applied to the database"
    : `${applied} migrations were applied to the database`;
}

function countApplied({ applied }: LineFields): number {
  return Array.isArray(applied) ? applied.length : 0;
}

/** Returns the error code of a line, with its cause. */
function describeError({ error = "", reason }: LineFields): string {
  return reason === undefined ? error : `${error} (${reason})`;
}

function toList(names: unknown): string {
  return Array.isArray(names) ? names.join(", ") : "the installation";
}
