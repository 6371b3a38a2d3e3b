import type { LineCondition, LogLine } from "../target/log-lines.ts";
import type { Target } from "../target/target.ts";
import { type Case, toCase, toFailedCases } from "./cases.ts";
import { isRead } from "./describe-line.ts";
import { conditionsOf, type TracedSubject } from "./subject.ts";

const DAY_MS = 86_400_000;
/** For so long before a failure, what happened to the installation may be its cause. */
const CAUSES_MS = DAY_MS;
const MAX_CAUSES = 20;

/** A time in which something happened. */
export interface Window {
  readonly from: Date;
  readonly until: Date;
}

/** The ids that lead from the lines of a request to what followed. */
const LEADING = ["request_id", "delivery_id", "link_id"] as const;

/**
 * Returns what happened to one request, delivery or link, with what led to it and what followed; `undefined` if
 * there is no line about it.
 */
export async function findCase(
  target: Target,
  subject: TracedSubject,
  window: Window,
): Promise<Case | undefined> {
  const own = await target.readLogs({ ...window, filters: [conditionsOf(subject)] });
  const related = LEADING.flatMap((field) =>
    [...new Set(own.map(({ fields }) => fields[field]))].flatMap((value) =>
      value === undefined ? [] : [{ field, value }],
    ),
  );
  const lines = await readAll(target, related, window);
  const ids = subject.kind === "request" ? [subject.id] : [];
  const found = toCase(
    lines.filter((line) => !isRead(line) || ids.includes(line.fields.request_id ?? "")),
  );
  return found && withCauses(target, found);
}

/** Returns the ways in which requests about installations failed in a time, each with what led to it. */
export async function findFailures(
  target: Target,
  conditions: readonly LineCondition[],
  window: Window,
): Promise<Case[]> {
  const lines = await readAll(target, conditions, window);
  const cases: Case[] = [];
  for (const failed of toFailedCases(lines)) {
    const id = failed.conclusion.fields.request_id;
    const ofRequest = lines.filter(({ fields }) => id !== undefined && fields.request_id === id);
    const whole = toCase(ofRequest, failed.count) ?? failed;
    cases.push(await withCauses(target, whole));
  }
  return cases;
}

/** Adds what happened before to the installation or the organization of a failure. */
async function withCauses(target: Target, found: Case): Promise<Case> {
  const { installation_id: installation, organization_id: organization } = found.conclusion.fields;
  const conditions: LineCondition[] = [
    ...(installation === undefined ? [] : [{ field: "installation_id", value: installation }]),
    ...(organization === undefined ? [] : [{ field: "organization_id", value: organization }]),
  ];
  if (conditions.length === 0) return found;
  const until = found.conclusion.time;
  const known = new Set(found.lines.map(({ id }) => id));
  const before = await target.readLogs({
    from: new Date(until.getTime() - CAUSES_MS),
    until,
    filters: [conditions, CAUSES],
  });
  const causes = before.filter(
    (line) => !known.has(line.id) && isCause(line) && line.time <= until,
  );
  const lines = [...causes.slice(-MAX_CAUSES), ...found.lines];
  return {
    ...found,
    lines: lines.toSorted((one, other) => one.time.getTime() - other.time.getTime()),
  };
}

/** Lines about a change of an installation, or a failure of it. */
const CAUSES: readonly LineCondition[] = [
  { field: "changed" },
  { field: "revocation" },
  { field: "created" },
  { field: "Refreshes" },
  { field: "Reconciliations" },
  { field: "delivery_id" },
];

/** Deliveries that cannot change an installation explain nothing. */
function isCause({ fields }: LogLine): boolean {
  if ("Refreshes" in fields) return fields.error !== undefined;
  if (fields.delivery_id === undefined) return true;
  return (
    "Deliveries" in fields &&
    /^(installation|app_uninstalled|tokens_revoked)/.test(fields.event ?? "")
  );
}

async function readAll(
  target: Target,
  conditions: readonly LineCondition[],
  window: Window,
): Promise<readonly LogLine[]> {
  if (conditions.length === 0) return [];
  return target.readLogs({ ...window, filters: [conditions] });
}
