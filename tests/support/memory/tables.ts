import type { InstallationKey } from "../../../core/installation.ts";
import {
  type Change,
  createEventId,
  type InstallationEvent,
} from "../../../core/ports/installation-events.ts";
import type { ProviderKey } from "../../../core/ports/token-store.ts";
import type { DeliveryRow, OutboxRow } from "./deliveries.ts";
import type { LinkRow } from "./install-links.ts";
import { type Row, toInstallation } from "./installation-row.ts";

/** Long enough for the caller that made a change to publish its event. */
const FIRST_RETRY_MS = 60_000;

/** After this time, nobody is expected to connect an installation. */
const UNCLAIMED_MS = 900_000;

/** An event that the bus has not taken yet. */
interface PendingEventRow {
  readonly event: InstallationEvent;
  /** Epoch milliseconds. */
  readonly nextTryAt: number;
}

/** The tables that the adapters in memory share. */
export interface Tables {
  readonly installations: Map<string, Row>;
  readonly events: Map<string, PendingEventRow>;
  readonly links: Map<string, LinkRow>;
  readonly deliveries: Map<string, DeliveryRow>;
  readonly outbox: Map<string, OutboxRow>;
  /** Returns the time of the store, in epoch milliseconds. */
  now(): number;
  readonly retentionDays: number;
}

/** Creates empty tables. */
export function createTables(options: Partial<Pick<Tables, "now" | "retentionDays">> = {}): Tables {
  const { now = () => Date.now(), retentionDays = 7 } = options;
  return {
    installations: new Map(),
    events: new Map(),
    links: new Map(),
    deliveries: new Map(),
    outbox: new Map(),
    now,
    retentionDays,
  };
}

/** Replaces or adds a row, and returns it. */
export function store({ installations, now }: Tables, row: Row): Row {
  const stored = { ...row, updatedAt: new Date(now()) };
  installations.set(row.id, stored);
  return stored;
}

export function findRow(
  { installations }: Tables,
  key: InstallationKey | ProviderKey,
): Row | undefined {
  if ("id" in key) return installations.get(key.id);
  for (const row of installations.values()) {
    if (row.platform !== key.platform) continue;
    const isFound =
      "organizationId" in key
        ? row.organizationId === key.organizationId
        : row.providerInstallationId === key.providerInstallationId;
    if (isFound) return row;
  }
  return undefined;
}

/** Stores an event about a row with the change of that row, and returns it to be published. */
export function recordEvent(
  tables: Tables,
  row: Row,
  {
    type,
    reason,
    installerChanged = false,
    previousInstallationId = null,
  }: Pick<InstallationEvent, "type" | "reason"> & Partial<InstallationEvent>,
): Change {
  const { events, now } = tables;
  const delay = type === "unclaimed" ? UNCLAIMED_MS : FIRST_RETRY_MS;
  const isInstalled = type === "created" || type === "reinstalled" || type === "rebound";
  const event: InstallationEvent = {
    id: createEventId(),
    type,
    reason,
    installationId: row.id,
    platform: row.platform,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    occurredAt: new Date(now()),
    grantEndsAt: row.grantEndsAt,
    hasSharedAccount: isInstalled ? toInstallation(row, tables).hasSharedAccount : null,
    requestedBy: type === "created" ? row.requestedBy : null,
    approvedBy: type === "created" ? row.approvedBy : null,
    installerChanged,
    previousInstallationId,
  };
  events.set(event.id, { event, nextTryAt: now() + delay });
  return { event };
}
