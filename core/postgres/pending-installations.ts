import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { FlowMetadata } from "../metadata.ts";
import { FlowLink } from "../ports/install-links.ts";
import type { PendingInstallation, PendingInstallations } from "../ports/pending-installations.ts";
import { ageGrant, Grant } from "../ports/provider.ts";
import type { SealContext, Sealed, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

const LIFETIME_SECONDS = 600;
const PUT_BUDGET_MS = 4_000;

const Grants = v.pipe(v.array(Grant), v.readonly());

/** The encrypted content: the grants, or with an install link both. */
const Content = v.union([Grants, v.strictObject({ grants: Grants, link: FlowLink })]);
type Content = v.InferOutput<typeof Content>;

type PendingRow = Omit<PendingInstallation, "grants" | "link"> & {
  readonly sealedGrants: Sealed;
  readonly secondsLeft: number;
};

/** Stores pending grants in PostgreSQL, encrypted for their flow. */
export function createPostgresPendingInstallations(
  database: Database,
  sealer: Sealer,
): PendingInstallations {
  return {
    async put({ grants, link, ...pending }) {
      const content: Content = link ? { grants, link } : grants;
      const sealed = await sealer.seal(contextOf(pending.id), JSON.stringify(content));
      const organizationIds = grants.map(({ organizationId }) => organizationId);
      // The code is redeemed, and the tokens exist only in this process.
      await database.run((sql) => insert(sql, pending, organizationIds, sealed), {
        budgetMs: PUT_BUDGET_MS,
        retryUntilBudget: true,
      });
    },

    async take(id, { cookieHash, organizationId }) {
      const taker = randomUUID();
      const [row] = await database.run(
        (sql) => sql<[PendingRow?]>`
          update pending_installations set taken_by = ${taker}
          where id = ${id}
            and cookie_hash = ${cookieHash}
            and organization_ids ? ${organizationId}
            and expires_at > clock_timestamp()
            and (taken_by is null or taken_by = ${taker})
          returning
            id,
            platform,
            cookie_hash as "cookieHash",
            grants as "sealedGrants",
            redirect_uri as "redirectUri",
            metadata,
            date_part('epoch', expires_at - clock_timestamp()) as "secondsLeft"
        `,
      );
      if (!row) return undefined;
      await database.run((sql) => sql`delete from pending_installations where id = ${id}`);
      const { sealedGrants, metadata, secondsLeft, ...rest } = row;
      const text = await sealer.open(contextOf(id), sealedGrants);
      const content = v.parse(Content, JSON.parse(text));
      const { grants, link } = "link" in content ? content : { grants: content, link: null };
      const ageSeconds = LIFETIME_SECONDS - secondsLeft;
      return {
        ...rest,
        metadata: v.parse(FlowMetadata, metadata),
        grants: grants.map((grant) => ageGrant(grant, ageSeconds)),
        link,
      };
    },
  };
}

function insert(
  sql: Sql,
  { id, platform, cookieHash, redirectUri, metadata }: Omit<PendingInstallation, "grants" | "link">,
  organizationIds: readonly string[],
  sealedGrants: Sealed,
) {
  return sql`
    insert into pending_installations (
      id, platform, cookie_hash, organization_ids, grants, redirect_uri, metadata, expires_at
    ) values (
      ${id}, ${platform}, ${cookieHash},
      ${sql.json([...organizationIds])}, ${sealedGrants}, ${redirectUri}, ${sql.json(metadata)},
      clock_timestamp() + make_interval(secs => ${LIFETIME_SECONDS})
    )
    on conflict (id) do update set grants = excluded.grants
  `;
}

function contextOf(id: string): SealContext {
  return { purpose: "token", binding: ["pending_installations", "grants", id] };
}
