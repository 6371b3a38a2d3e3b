import { randomBytes } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { SealedRow, SealedTexts } from "../../core/ports/sealed-rows.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresSealedRows } from "../../core/postgres/sealed-rows.ts";
import { createTestDatabase } from "../support/database.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { sealedText } from "../support/sealed-text.ts";
import { testSealedRows } from "./sealed-rows.contract.ts";

const { settings, sql, drop } = await createTestDatabase();
const database = createDatabase(async () => settings);
const rows = createPostgresSealedRows(database);

const JIRA = {
  installationId: `inst-${"0".repeat(31)}1`,
  platform: "jira",
  organizationId: "1",
  kind: "jira_3lo",
  providerInstallationId: null,
  clientId: "client-1",
} as const;

beforeEach(async () => {
  await emptyTables(sql, "installations", "pending_installations");
});

afterAll(async () => {
  await database.close();
  await drop();
});

async function put({ texts, ...row }: SealedRow): Promise<void> {
  await sql`
    insert into installations ${sql({
      id: row.installationId,
      platform: row.platform,
      organization_id: row.organizationId,
      organization_name: row.organizationId,
      kind: row.kind,
      provider_installation_id: row.providerInstallationId,
      client_id: row.clientId,
      installed_by: "somebody",
      ...texts,
    })}
  `;
}

async function read(installationId: string): Promise<SealedTexts> {
  const [row] = await sql<[{ texts: SealedTexts }]>`
    select jsonb_strip_nulls(jsonb_build_object(
      'registration', registration,
      'access_token', access_token,
      'refresh_token', refresh_token,
      'previous_refresh_token', previous_refresh_token,
      'webhook_secret', webhook_secret
    )) as texts
    from installations where id = ${installationId}
  `;
  return row.texts;
}

/** Inserts more rows than one page. */
async function fill(count: number): Promise<void> {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration,
      access_token, webhook_secret, installed_by
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'), 'github', n::text, n::text, 'oauth_app', 'client-1', 'v1.k2.r',
      case when n % 2 = 0 then 'v1.k1.a' else 'v1.k2.a' end, 'v1.k2.b', 'somebody'
    from generate_series(1, ${count}::int) as n
  `;
}

describe("sealed rows in PostgreSQL", () => {
  testSealedRows(async () => ({ rows, put, read }));

  test("are all counted and found, on any number of pages", async () => {
    await fill(2_500);
    const counts = new Map<string, number>();
    const found: string[] = [];

    let after: string | null = null;
    do {
      const page = await rows.countKeys(after);
      for (const [key, count] of page.counts) counts.set(key, (counts.get(key) ?? 0) + count);
      after = page.lastId;
    } while (after !== null);
    do {
      const page = await rows.findOthers("k2", { after, limit: 300 });
      found.push(...page.rows.map(({ organizationId }) => organizationId));
      after = page.lastId;
    } while (after !== null);

    expect(Object.fromEntries(counts)).toEqual({ k1: 1_250, k2: 6_250 });
    expect(new Set(found).size).toBe(1_250);
    expect(found).toHaveLength(1_250);
  });

  test("keep their version, lease and dates when they are replaced", async () => {
    const row: SealedRow = {
      ...JIRA,
      texts: {
        registration: sealedText("v1.k2.r"),
        access_token: sealedText("v1.k1.a"),
        refresh_token: sealedText("v1.k1.b"),
        webhook_secret: sealedText("v1.k1.c"),
      },
    };
    await put(row);
    await sql`
      update installations set
        token_version = 7,
        refresh_lease_owner = 'owner',
        refresh_lease_until = now() + interval '10 seconds',
        refresh_rotated_at = now() - interval '3 minutes',
        last_refreshed_at = now() - interval '3 minutes',
        token_stored_at = now() - interval '3 minutes',
        updated_at = now() - interval '3 minutes'
    `;
    const [before] = await sql`select * from installations`;

    await rows.replace([{ row, texts: { access_token: sealedText("v1.k2.a") } }]);

    const [after] = await sql`select * from installations`;
    expect(after).toEqual({ ...before, access_token: sealedText("v1.k2.a") });
  });

  test("have texts of any length", async () => {
    const long = sealedText(`v1.k1.${randomBytes(6_000).toString("base64url")}`);
    const row: SealedRow = {
      ...JIRA,
      texts: {
        registration: sealedText("v1.k2.r"),
        access_token: long,
        webhook_secret: sealedText("v1.k2.a"),
      },
    };
    await put(row);

    const { rows: found } = await rows.findOthers("k2", { after: null, limit: 10 });

    expect(found).toEqual([{ ...row, texts: { access_token: long } }]);
  });

  test("count pending installations that have not expired", async () => {
    await sql`
      insert into pending_installations (id, platform, cookie_hash, organization_ids, grants, expires_at)
      values
        (${"a".repeat(32)}, 'jira', 'hash', '[]', 'v1.k1.a', now() + interval '1 minute'),
        (${"b".repeat(32)}, 'jira', 'hash', '[]', 'v1.k0.b', now() - interval '1 minute')
    `;

    expect(await rows.countPendingKeys()).toEqual(new Map([["k1", 1]]));
  });
});
