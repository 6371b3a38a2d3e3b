import postgres from "postgres";
import type { InstallationFilter } from "../core/installation.ts";
import type { InstallationReader } from "../core/installation-repository.ts";
import { createDatabase } from "../core/postgres/client.ts";
import type { ConnectionSettings } from "../core/postgres/connection.ts";
import { createPostgresInstallationReader } from "../core/postgres/installation-repository.ts";
import { migrate, readMigrations } from "../core/postgres/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { atMost, type Benchmark, type Check, type Section } from "./section.ts";

const ROWS = 1_000_000;
const LIMIT = 50;
const DEEP_PAGE = 10_000;
const WARM_UP_ROUNDS = 20;
const ROUNDS = 400;
const MAX_RATIO = 1.5;

/** Each has at least 10,000 pages in the rows that `load` makes. */
const LISTS: readonly { readonly name: string; readonly filter: InstallationFilter }[] = [
  { name: "all", filter: {} },
  { name: "platform=github", filter: { platform: "github" } },
  { name: "is_active=true", filter: { isActive: true } },
  { name: "is_active=false", filter: { isActive: false } },
];

/** A page of a list costs the same, however deep it is. */
export const list: Benchmark = {
  id: "list",
  async measure(progress) {
    const server = await startPostgres();
    try {
      return await measureLists(new URL(server.url), progress);
    } finally {
      await server.stop();
    }
  },
};

async function measureLists(url: URL, progress: (line: string) => void): Promise<Section> {
  const settings = toSettings(url);
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  const database = createDatabase(settings);
  const reader = createPostgresInstallationReader(database);

  progress(`loading ${ROWS.toLocaleString("en")} installations`);
  await migrate(settings, await readMigrations("migrations"));
  await load(sql);

  const rows: string[][] = [];
  const checks: Check[] = [];
  for (const { name, filter } of LISTS) {
    progress(name);
    const { first, deep, again } = await measure(
      reader,
      filter,
      await startOfDeepPage(sql, filter),
    );
    const ratio = deep / first;
    checks.push(atMost(`${name}: page 10,000 ÷ page 1`, ratio, MAX_RATIO));
    rows.push([name, ...[first, deep, ratio, again / first].map(toText)]);
  }
  await database.close();
  await sql.end();
  return {
    title: "A page of a list costs the same, however deep it is",
    method: `${ROWS.toLocaleString("en")} installations; page 1 and page 10,000 (limit ${LIMIT}) through the repository that the API uses, in turns, ${ROUNDS} times each. Medians in milliseconds. Page 1 is read twice in every turn: the last column is the noise of the machine.`,
    tables: [{ columns: ["list", "page 1", "page 10,000", "ratio", "page 1 again"], rows }],
    checks,
  };
}

/** Three of five rows are of GitHub, and every second one is active. */
async function load(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind,
      access_token, refresh_token, webhook_secret, scopes, metadata,
      is_active, inactive_reason, installed_by
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'),
      case when n % 5 < 3 then 'github' when n % 5 = 3 then 'slack' else 'jira' end,
      n::text,
      'Organization ' || n,
      case when n % 5 < 3 then 'oauth_app' when n % 5 = 3 then 'slack_bot' else 'jira_3lo' end,
      'v1.k1.' || repeat(md5(n::text), 3),
      'v1.k1.' || repeat(md5('r' || n), 3),
      'v1.k1.' || repeat(md5('w' || n), 3),
      array['repo', 'read:org', 'read:user'],
      jsonb_build_object('customer', n::text),
      n % 2 = 0,
      case when n % 2 = 1 then 'disabled' end,
      'installer-' || n || '@example.com'
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`analyze installations`;
}

/** The id that the cursor after page 9,999 stands for. */
async function startOfDeepPage(sql: postgres.Sql, filter: InstallationFilter): Promise<string> {
  const { platform = null, isActive = null } = filter;
  const [row] = await sql<[{ id: string }?]>`
    select id
    from installations
    where (${platform}::text is null or platform = ${platform})
      and (${isActive}::boolean is null or is_active = ${isActive})
    order by id desc
    offset ${LIMIT * (DEEP_PAGE - 1) - 1}
    limit 1
  `;
  if (!row) throw new Error("The list has too few pages.");
  return row.id;
}

/** Medians in milliseconds of the same number of turns each, taken one after another. */
async function measure(reader: InstallationReader, filter: InstallationFilter, before: string) {
  const first: number[] = [];
  const deep: number[] = [];
  const again: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const one = await time(reader, filter);
    const two = await time(reader, filter, before);
    const three = await time(reader, filter);
    if (round < 0) continue;
    first.push(one);
    deep.push(two);
    again.push(three);
  }
  return { first: median(first), deep: median(deep), again: median(again) };
}

async function time(reader: InstallationReader, filter: InstallationFilter, before?: string) {
  const start = performance.now();
  const { items } = await reader.list(filter, { limit: LIMIT, before });
  const elapsedMs = performance.now() - start;
  if (items.length !== LIMIT) throw new Error("The page is not full.");
  return elapsedMs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function toSettings({ hostname, port, pathname, username, password }: URL): ConnectionSettings {
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    credentials: async () => ({ username, password: decodeURIComponent(password) }),
  };
}

function toText(value: number): string {
  return value.toFixed(2);
}
