import postgres from "postgres";
import type { InstallationFilter } from "../core/installation.ts";
import type { InstallationReader } from "../core/ports/installation-repository.ts";
import { createDatabase } from "../core/postgres/client.ts";
import { createPostgresInstallationReader } from "../core/postgres/installation-repository.ts";
import { atMost, type Check, type Table } from "./section.ts";
import { toSettings } from "./support/installations.ts";
import { DEEP_PAGE, findDeepPage, LIMIT, timePage } from "./support/list-pages.ts";
import { median, shuffled } from "./support/statistics.ts";

const WARM_UP_ROUNDS = 20;
const ROUNDS = 300;
const MAX_RATIO = 1.5;

/** Each list has at least 10,000 pages in a million rows. */
const LISTS: readonly { readonly name: string; readonly filter: InstallationFilter }[] = [
  { name: "all", filter: {} },
  { name: "platform=github", filter: { platform: "github" } },
  { name: "is_active=true", filter: { isActive: true } },
  { name: "is_active=false", filter: { isActive: false } },
];

interface Source {
  readonly size: number;
  readonly url: string;
}

const PAGES = ["first", "deep", "again"] as const;

/** The milliseconds of each round. */
type Times = Record<(typeof PAGES)[number], number[]>;

/** Measures the pages of lists at two depths, in tables of several sizes. */
export async function measureLists(
  sources: readonly Source[],
): Promise<{ table: Table; checks: Check[] }> {
  const rows: string[][] = [];
  const checks: Check[] = [];
  const opened = sources.map(({ size, url }) => ({ size, ...open(url) }));
  for (const { name, filter } of LISTS) {
    const lists = await Promise.all(
      opened.map(async ({ size, sql, reader }) => {
        const hasDeepPage = size >= 2 * DEEP_PAGE * LIMIT;
        const deepPage = hasDeepPage ? await findDeepPage(sql, filter) : undefined;
        return { size, reader, deepPage, times: { first: [], deep: [], again: [] } };
      }),
    );
    await measure(lists, filter);
    const base = median(lists[0]?.times.first ?? []);
    for (const { size, deepPage, times } of lists) {
      const [first, deep, again] = [times.first, times.deep, times.again].map(median);
      const depth = ratio(deep, first);
      rows.push([
        `${name}, ${size.toLocaleString("en")} rows`,
        `${ratio(first, base).toFixed(2)} ×`,
        deepPage === undefined ? "–" : `${depth.toFixed(2)} ×`,
        `${ratio(again, first).toFixed(2)} ×`,
      ]);
      if (deepPage === undefined) continue;
      const label = `${name}: page 10,000 ÷ page 1 of ${size.toLocaleString("en")} rows`;
      checks.push(atMost(label, depth, MAX_RATIO));
    }
  }
  await Promise.all(opened.map(({ close }) => close()));
  return {
    table: {
      columns: [
        "list",
        "page 1 ÷ page 1 of 1,000 rows",
        "page 10,000 ÷ page 1",
        "page 1 (repeated)",
      ],
      rows,
    },
    checks,
  };
}

function open(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const database = createDatabase(async () => toSettings(url));
  return {
    sql,
    reader: createPostgresInstallationReader(database),
    async close() {
      await database.close();
      await sql.end();
    },
  };
}

/** Reads every page of every size, in every round. */
async function measure(
  lists: readonly {
    readonly reader: InstallationReader;
    readonly deepPage: string | undefined;
    readonly times: Times;
  }[],
  filter: InstallationFilter,
): Promise<void> {
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { reader, deepPage, times } of lists) {
      // The first query after a change of the database is slower, and is not counted.
      await timePage(reader, filter);
      for (const page of shuffled(PAGES)) {
        const ms = await timePage(reader, filter, page === "deep" ? deepPage : undefined);
        if (round >= 0) times[page].push(ms);
      }
    }
  }
}

function ratio(measured = Number.NaN, base = Number.NaN): number {
  return measured / base;
}
