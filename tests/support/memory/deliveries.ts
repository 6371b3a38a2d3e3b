import {
  type AttributedInstallation,
  CLAIM_SECONDS,
  type Deliveries,
  type NewDelivery,
  type Outbox,
} from "../../../core/ports/deliveries.ts";
import type { WebhookEvent } from "../../../core/ports/webhook-event.ts";
import type { Row } from "./installation-row.ts";
import type { Tables } from "./tables.ts";

export interface DeliveryRow extends Pick<NewDelivery, "id" | "event" | "lifecycle" | "claimedBy"> {
  readonly installationId: string | undefined;
  /** Epoch milliseconds, as in `OutboxRow`. */
  readonly claimedUntil: number;
  readonly isDone: boolean;
  readonly receivedAt: Date;
}

export interface OutboxRow {
  readonly event: WebhookEvent;
  readonly storedAt: number;
  readonly nextTryAt: number;
}

/** Stores deliveries in memory. */
export function createMemoryDeliveries(tables: Tables): Deliveries {
  const { deliveries, outbox, installations, now } = tables;

  function changeMine(id: string, claimedBy: string, change: Partial<DeliveryRow>): void {
    const row = deliveries.get(id);
    if (row?.claimedBy === claimedBy && !row.isDone) deliveries.set(id, { ...row, ...change });
  }

  return {
    async claim(delivery) {
      const { id, event, lifecycle, claimedBy } = delivery;
      const stored = deliveries.get(id);
      if (stored?.isDone) return { status: "done" };
      const isFree = !stored || stored.claimedUntil < now();
      if (!isFree && stored.claimedBy !== claimedBy) return { status: "claimed_by_other" };
      const row = isFree
        ? {
            id,
            event,
            lifecycle: stored ? stored.lifecycle : lifecycle,
            claimedBy,
            installationId: findOwner(tables, delivery)?.id,
            claimedUntil: now() + CLAIM_SECONDS * 1000,
            isDone: false,
            receivedAt: stored?.receivedAt ?? new Date(now()),
          }
        : stored;
      deliveries.set(id, row);
      const owner = installations.get(row.installationId ?? "");
      const installation = owner ? toAttributed(owner, delivery) : null;
      return { status: "claimed", receivedAt: row.receivedAt, installation };
    },

    async finish({ id, claimedBy }) {
      changeMine(id, claimedBy, { isDone: true });
    },

    async finishLater({ id, claimedBy }, event) {
      if (!outbox.has(id)) outbox.set(id, { event, storedAt: now(), nextTryAt: now() });
      changeMine(id, claimedBy, { isDone: true });
    },

    async release({ id, claimedBy }) {
      changeMine(id, claimedBy, { claimedUntil: now() - 1 });
    },

    async findLifecycle(id) {
      return deliveries.get(id)?.lifecycle ?? undefined;
    },
  };
}

/** Stores the deliveries that the bus did not take in memory. */
export function createMemoryOutbox({ outbox, now }: Tables): Outbox {
  return {
    async takeDue({ count, retrySeconds }) {
      const due = [...outbox.values()]
        .filter(({ nextTryAt }) => nextTryAt <= now())
        .sort((one, other) => one.nextTryAt - other.nextTryAt)
        .slice(0, count);
      const nextTryAt = now() + retrySeconds * 1000;
      for (const row of due) outbox.set(row.event.deliveryId, { ...row, nextTryAt });
      return due.sort((one, other) => one.storedAt - other.storedAt).map(({ event }) => event);
    },

    async remove(ids) {
      for (const id of ids) outbox.delete(id);
    },
  };
}

function findOwner(
  { installations }: Tables,
  { platform, clientId, owner }: NewDelivery,
): Row | undefined {
  if (!owner) return undefined;
  const rows = [...installations.values()].filter(
    (row) => row.platform === platform && row.clientId === clientId,
  );
  if (owner.type === "provider_installation") {
    return rows.find((row) => row.providerInstallationId === owner.providerInstallationId);
  }
  if (owner.type === "webhooks") {
    const { site, webhookIds } = owner;
    return rows.find(({ organizationId, webhooks: { host, ids, retired } }) => {
      const isSite = "host" in site ? host === site.host : organizationId === site.organizationId;
      return isSite && webhookIds.every((id) => ids.includes(id) || retired.includes(id));
    });
  }
  return owner.organizationIds
    .map((id) => rows.find(({ organizationId }) => organizationId === id))
    .find((row) => row !== undefined);
}

function toAttributed(row: Row, { owner }: NewDelivery): AttributedInstallation {
  const { id, organizationId, organizationName, metadata, inactiveReason, webhooks } = row;
  const isUnclaimed = inactiveReason === "unclaimed";
  const isRetired =
    owner?.type === "webhooks" && owner.webhookIds.every((key) => webhooks.retired.includes(key));
  const isActive = row.isActive && !isRetired;
  return { id, organizationId, organizationName, metadata, isActive, isUnclaimed };
}
