import * as v from "valibot";
import { DELIVERY_DONE_MS, DELIVERY_STATEMENT_MS } from "../deadlines.ts";
import { DEFAULT_APP } from "../installation.ts";
import {
  type AttributedInstallation,
  CLAIM_SECONDS,
  type ClaimKey,
  type Deliveries,
  type NewDelivery,
} from "../ports/deliveries.ts";
import { Lifecycle } from "../ports/webhook.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { type Database, transaction } from "./client.ts";
import type { Sql } from "./connection.ts";
import { insertIntoOutbox, sealEvent } from "./outbox.ts";

interface ClaimRow {
  readonly isMine: boolean;
  readonly isDone: boolean;
  readonly receivedAt: Date;
  readonly installation: AttributedInstallation | null;
}

/** Stores deliveries in PostgreSQL. */
export function createPostgresDeliveries(database: Database, sealer: Sealer): Deliveries {
  return {
    async claim(delivery) {
      const [row] = await database.run((sql) => claimDelivery(sql, delivery), {
        budgetMs: DELIVERY_STATEMENT_MS,
        retryUntilBudget: true,
      });
      if (row.isDone) return { status: "done" };
      if (!row.isMine) return { status: "claimed_by_other" };
      const { receivedAt, installation } = row;
      return { status: "claimed", receivedAt, installation };
    },

    async finish(key) {
      await database.run((sql) => finish(sql, key), {
        budgetMs: DELIVERY_DONE_MS,
        retryUntilBudget: true,
      });
    },

    async finishLater(key, event) {
      const sealed = await sealEvent(sealer, event);
      await database.run(
        (sql) =>
          transaction(sql, async (sql) => {
            await insertIntoOutbox(sql, key.id, sealed);
            await finish(sql, key);
          }),
        { budgetMs: DELIVERY_STATEMENT_MS, retryUntilBudget: true },
      );
    },

    async release({ id, claimedBy }) {
      await database.run(
        (sql) => sql`
          update deliveries set claimed_until = clock_timestamp()
          where id = ${id} and claimed_by = ${claimedBy} and done_at is null
        `,
        { budgetMs: DELIVERY_DONE_MS },
      );
    },

    async findLifecycle(id) {
      const [row] = await database.run(
        (sql) => sql<[{ readonly lifecycle: unknown }?]>`
          select lifecycle from deliveries where id = ${id} and lifecycle is not null
        `,
      );
      return row && v.parse(Lifecycle, row.lifecycle);
    },
  };
}

/**
 * Inserts a delivery, or takes over the claim of a copy that has expired. Changes nothing otherwise, so that every
 * copy finds out how far the first one has come.
 */
function claimDelivery(sql: Sql, delivery: NewDelivery) {
  const { id, platform, event, lifecycle, claimedBy } = delivery;
  const isFree = sql`deliveries.done_at is null and deliveries.claimed_until < clock_timestamp()`;
  return sql<[ClaimRow]>`
    insert into deliveries (
      id, platform, event, lifecycle, installation_id, claimed_by, claimed_until, received_at
    ) values (
      ${id}, ${platform}, ${event}, ${sql.json(lifecycle)}, ${selectOwner(sql, delivery)}, ${claimedBy},
      clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS}), clock_timestamp()
    )
    on conflict (id) do update set
      claimed_by = case when ${isFree} then excluded.claimed_by else deliveries.claimed_by end,
      claimed_until = case
        when ${isFree} then excluded.claimed_until else deliveries.claimed_until
      end,
      installation_id = case
        when ${isFree} then excluded.installation_id else deliveries.installation_id
      end
    returning
      claimed_by = ${claimedBy} as "isMine",
      done_at is not null as "isDone",
      received_at as "receivedAt",
      (
        select jsonb_build_object(
          'id', installations.id,
          'organizationId', organization_id,
          'organizationName', organization_name,
          'metadata', metadata,
          'isActive', is_active and ${isCurrent(sql, delivery)},
          'isUnclaimed', coalesce(inactive_reason, '') = 'unclaimed'
        )
        from installations
        where installations.id = deliveries.installation_id
      ) as installation
  `;
}

/** Returns the id of the installation that a delivery is for, as a subquery. */
function selectOwner(sql: Sql, { platform, clientId, owner }: NewDelivery) {
  if (!owner) return sql`null`;
  if (owner.type === "provider_installation") {
    return sql`(
      select id
      from installations
      where provider_installation_id = ${owner.providerInstallationId}
        and platform = ${platform}
        and client_id = ${clientId}
      limit 1
    )`;
  }
  if (owner.type === "webhooks") return selectByWebhooks(sql, { platform, clientId, owner });
  const { organizationIds } = owner;
  return sql`(
    select id
    from installations
    where organization_id in ${sql(organizationIds)}
      and platform = ${platform}
      and app = ${DEFAULT_APP}
      and client_id = ${clientId}
    order by case when organization_id = ${organizationIds[0] ?? ""} then 0 else 1 end
    limit 1
  )`;
}

type WebhookOwner = Extract<NewDelivery["owner"], { readonly type: "webhooks" }>;

/** Returns the id of the installation of a site that has registered all of the webhooks, as a subquery. */
function selectByWebhooks(
  sql: Sql,
  {
    platform,
    clientId,
    owner,
  }: Pick<NewDelivery, "platform" | "clientId"> & { owner: WebhookOwner },
) {
  const { site, webhookIds } = owner;
  return sql`(
    select id
    from installations
    where ${"host" in site ? sql`webhook_host = ${site.host}` : sql`organization_id = ${site.organizationId}`}
      and platform = ${platform}
      and client_id = ${clientId}
      and coalesce(webhook_ids, '[]') || coalesce(retired_webhook_ids, '[]') @> ${sql.json([...webhookIds])}
    limit 1
  )`;
}

/**
 * Returns the condition that a delivery is for the present registration of its installation. What the webhook of
 * another person delivers until it expires, the present one delivers too.
 */
function isCurrent(sql: Sql, { owner }: NewDelivery) {
  if (owner?.type !== "webhooks") return sql`true`;
  return sql`not coalesce(retired_webhook_ids, '[]') @> ${sql.json([...owner.webhookIds])}`;
}

/** Records that a delivery needs nothing more. */
function finish(sql: Sql, { id, claimedBy }: ClaimKey) {
  return sql`
    update deliveries set done_at = clock_timestamp()
    where id = ${id} and claimed_by = ${claimedBy} and done_at is null
  `;
}
