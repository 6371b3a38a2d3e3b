import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { grantedKey } from "../../core/grants/granted-key.ts";
import { PLATFORM_NAMES, PLATFORMS } from "../../core/platforms.ts";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { sealColumn } from "../../core/sealing/sealed-columns.ts";
import type { Sealer } from "../../core/sealing/sealer.ts";
import { exampleApps } from "../../emulators/platforms.ts";
import type { KnownGrant } from "./lookup-report.ts";

const MAX_SAMPLES = 10_000;
/** Every tenth row is an active installation on Slack, and is looked up: 8, 18, 28 … */
const SAMPLE_EVERY = 10;
const FIRST_SAMPLE = 8;

/** Scopes of the newest installations, and of the oldest ones: a share of one in a thousand, then up to one in ten. */
export const SCOPES = { newest: "chat:write", older: "channels:history", oldest: "channels:read" };
/** When the newest installation was installed; each other one a minute before the next. */
export const FIRST_INSTALL = "2026-01-01T00:00:00Z";
const OLDER_SHARE = 0.1;
const OLDEST_SHARE = 0.001;

interface Sample extends KnownGrant {
  readonly number: number;
  readonly sealed: string;
}

interface Load {
  /**
   * Makes every row active, with a refresh token that was stored in the last 29 days, in a table whose changes
   * are logged. By default, every second row is active, none has a refresh token, and nothing is logged.
   */
  readonly forSweep?: boolean;
}

/**
 * Inserts `count` installations into a new database. Returns organizations on Slack, spread over the table,
 * whose tokens can be decrypted. All other encrypted values have the right length only.
 */
export async function loadInstallations(
  url: string,
  count: number,
  sealer: Sealer,
  options: Load = {},
): Promise<KnownGrant[]> {
  await migrate(toSettings(url), await readMigrations("migrations"));
  const samples = await makeSamples(count, sealer);
  const clients = [1, 2].map(() => postgres(url, { max: 1, onnotice: () => {} }));
  const [sql] = clients;
  if (!sql) throw new Error("No client was created.");

  if (!options.forSweep) await sql`alter table installations set unlogged`;
  const restoreIndexes = await dropIndexes(sql);
  const half = Math.ceil(count / clients.length);
  await Promise.all(
    clients.map((client, part) =>
      insert(client, part * half + 1, Math.min(count, (part + 1) * half), samples, {
        ...options,
        count,
      }),
    ),
  );
  await restoreIndexes();
  await sql`vacuum (analyze) installations`;
  await Promise.all(clients.map((client) => client.end()));
  return samples.map(({ organizationId, accessToken }) => ({ organizationId, accessToken }));
}

/** Converts the URL of a database to the settings of the adapters. */
export function toSettings(url: string): ConnectionSettings {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    credentials: async () => ({ username, password: decodeURIComponent(password) }),
  };
}

async function makeSamples(count: number, sealer: Sealer): Promise<Sample[]> {
  const available = Math.floor(count / SAMPLE_EVERY);
  const wanted = Math.min(available, MAX_SAMPLES);
  const samples: Sample[] = [];
  for (let index = 0; index < wanted; index += 1) {
    const number = Math.floor((index * available) / wanted) * SAMPLE_EVERY + FIRST_SAMPLE;
    const row = {
      platform: "slack",
      organizationId: String(number),
      kind: PLATFORMS.slack.kinds.byToken,
      providerInstallationId: null,
      clientId: exampleApps.slack.clientId,
    } as const;
    const accessToken = `xoxb-${randomBytes(39).toString("base64url")}`;
    const sealed = await sealColumn(sealer, "access_token", row, accessToken);
    samples.push({ number, organizationId: row.organizationId, accessToken, sealed });
  }
  return samples;
}

/** Drops indexes and constraints, which make inserts slow. Returns a function that creates them again. */
async function dropIndexes(sql: postgres.Sql): Promise<() => Promise<void>> {
  const constraints = await sql<{ drop: string; restore: string }[]>`
    select
      format('alter table installations drop constraint %I', conname) as drop,
      format('alter table installations add constraint %I %s', conname, pg_get_constraintdef(oid))
        as restore
    from pg_constraint
    where conrelid = 'installations'::regclass and contype in ('p', 'u')
  `;
  const indexes = await sql<{ drop: string; restore: string }[]>`
    select format('drop index %I', indexname) as drop, indexdef as restore
    from pg_indexes
    where tablename = 'installations'
      and indexname not in (select conname from pg_constraint)
  `;
  const all = [...constraints, ...indexes];
  for (const { drop } of all) await sql.unsafe(drop);
  return async () => {
    for (const { restore } of all) await sql.unsafe(restore);
  };
}

/** Returns the grants of each kind of app, with each of the scopes. */
function listGrants() {
  return PLATFORM_NAMES.flatMap((platform) =>
    Object.entries(SCOPES).map(([age, scope]) => {
      const kind = PLATFORMS[platform].kinds.byToken;
      const grant = { platform, kind, clientId: exampleApps.slack.clientId, scopes: [scope] };
      return { age, ...grant, key: grantedKey(grant) };
    }),
  );
}

/** Inserts rows of which three in five are on the first platform. */
async function insert(
  sql: postgres.Sql,
  from: number,
  to: number,
  samples: readonly Sample[],
  { forSweep = false, count }: Load & { readonly count: number },
): Promise<void> {
  const sealed = samples.map(({ number, sealed }) => ({ number, sealed }));
  const platforms = PLATFORM_NAMES.flatMap((name, index) =>
    index === 0 ? [name, name, name] : [name],
  );
  const kinds = platforms.map((name) => PLATFORMS[name].kinds.byToken);
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration,
      access_token, refresh_token, webhook_secret, scopes, granted_key, token_stored_at, metadata,
      is_active, inactive_reason, installed_by, platform_fields, name_key, customer, installed_at,
      last_refresh_error, last_looked_up_at
    )
    select
      'inst-' || lpad(to_hex(number), 32, '0'),
      (${platforms}::text[])[number % 5 + 1],
      number::text,
      name,
      (${kinds}::text[])[number % 5 + 1],
      ${exampleApps.slack.clientId},
      'v1.k1.' || repeat(md5('r' || number), 3),
      coalesce(sealed, 'v1.k1.' || left(repeat(md5(number::text), 4), 114)),
      case when ${forSweep} then 'v1.k1.' || left(repeat(md5('t' || number), 4), 110) end,
      'v1.k1.' || repeat(md5('w' || number), 3),
      scopes,
      key,
      clock_timestamp() - make_interval(days => case when ${forSweep} then number % 29 else 0 end),
      jsonb_build_object('customer', number::text),
      ${forSweep} or number % 2 = 0,
      case when not ${forSweep} and number % 2 = 1 then
        case
          when number <= ${2 * count * OLDEST_SHARE}::float8 then 'suspended'
          when number <= ${2 * count * OLDER_SHARE}::float8 then 'uninstalled'
          else 'disabled'
        end
      end,
      'installer-' || number || '@example.com',
      '{"botUserId": "U0BOT", "botId": "B0BOT", "appId": "A0APP", "isEnterpriseInstall": false}',
      encode(convert_to(lower(name), 'UTF8'), 'hex'),
      case age when 'oldest' then 'c-rare' when 'older' then 'c-common' else 'c-' || number end,
      -- The newest install has the oldest id, as after an import.
      ${FIRST_INSTALL}::timestamptz - make_interval(mins => number),
      case when not ${forSweep} and number <= ${count * OLDER_SHARE}::float8 then 'provider_unavailable' end,
      -- A lookup stores that it took place, once an hour.
      clock_timestamp()
    from generate_series(${from}::int, ${to}::int) as number
    cross join lateral (
      select case
        when number <= ${count * OLDEST_SHARE}::float8 then 'Acme Rare '
        when number <= ${count * OLDER_SHARE}::float8 then 'Acme '
        else 'Organization '
      end || number as name
    ) as named
    left join jsonb_to_recordset(${sql.json(sealed)})
      as sample (number int, sealed text) using (number)
    join jsonb_to_recordset(${sql.json(listGrants())}) as grants (kind text, age text, scopes jsonb, key text)
      on grants.kind = (${kinds}::text[])[number % 5 + 1]
      and grants.age = case
        when number <= ${count * OLDEST_SHARE}::float8 then 'oldest'
        when number <= ${count * OLDER_SHARE}::float8 then 'older'
        else 'newest'
      end
  `;
}
