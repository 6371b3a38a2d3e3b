import postgres from "postgres";
import type { InstallationFilter } from "../core/installation.ts";
import type { InstallationReader } from "../core/ports/installation-repository.ts";
import { atMost, type Benchmark, type Section } from "./section.ts";
import { FIRST_INSTALL } from "./support/installations.ts";
import { LIMIT } from "./support/list-pages.ts";
import {
  INSTALLATIONS,
  type LoadedInstallations,
  withLoadedInstallations,
} from "./support/loaded-installations.ts";
import { median, shuffled } from "./support/statistics.ts";

const WARM_UP_ROUNDS = 100;
const ROUNDS = 300;
const MAX_RATIO = 2;

const SHARES = ["10 %", "0.1 %", "none"] as const;
type Share = (typeof SHARES)[number];

/** The time after which a share of all was installed. */
function since(share: number): Date {
  return new Date(Date.parse(FIRST_INSTALL) - (share * INSTALLATIONS + 0.5) * 60_000);
}

/** A filter for each share of the rows that match; those with an error are changed between the measurements. */
const FILTERS: Readonly<Record<string, Readonly<Record<Share, InstallationFilter>>>> = {
  q: { "10 %": { search: "acme" }, "0.1 %": { search: "acme rare" }, none: { search: "zebra" } },
  customer: {
    "10 %": { customer: "c-common" },
    "0.1 %": { customer: "c-rare" },
    none: { customer: "c-none" },
  },
  inactive_reason: {
    "10 %": { inactiveReason: "uninstalled" },
    "0.1 %": { inactiveReason: "suspended" },
    none: { inactiveReason: "unclaimed" },
  },
  installed_after: {
    "10 %": { installedAfter: since(0.1) },
    "0.1 %": { installedAfter: since(0.001) },
    none: { installedAfter: new Date(FIRST_INSTALL) },
  },
};

/** Measures the list with each of its filters, beside the list of all. */
export const filters: Benchmark = {
  id: "filters",
  measure: (progress) =>
    withLoadedInstallations(progress, (loaded) => measureFilters(loaded, progress)),
};

async function measureFilters(
  { url, reader }: LoadedInstallations,
  progress: (line: string) => void,
): Promise<Section> {
  const ratios = new Map<string, number[]>();
  for (const [name, filter] of Object.entries(FILTERS)) {
    progress(name);
    ratios.set(
      name,
      await measure(
        reader,
        SHARES.map((share) => ({ share, filter: filter[share] })),
      ),
    );
  }
  const withError: number[] = [];
  for (const [index, share] of SHARES.entries()) {
    progress(`has_error, ${share}`);
    await keepErrors(url, [0.1, 0.001, 0][index] ?? 0);
    withError.push(...(await measure(reader, [{ share, filter: { hasError: true } }])));
  }
  ratios.set("has_error", withError);
  return {
    title: "Lists of installations with filters",
    method: METHOD,
    tables: [
      {
        columns: ["filter", ...SHARES.map((share) => `${share} match`)],
        rows: [...ratios].map(([name, values]) => [
          name,
          ...values.map((value) => `${value.toFixed(2)} ×`),
        ]),
      },
    ],
    checks: [...ratios].flatMap(([name, values]) =>
      values.map((value, index) =>
        atMost(`${name}: page with ${SHARES[index]} matching ÷ page of all`, value, MAX_RATIO),
      ),
    ),
  };
}

interface List {
  readonly share: Share;
  readonly filter: InstallationFilter;
}

/** Returns the p50 of each list, divided by that of the list of all. */
async function measure(reader: InstallationReader, lists: readonly List[]): Promise<number[]> {
  const plain: List = { share: "10 %", filter: {} };
  const all = [plain, ...lists];
  const times = new Map<List, number[]>(all.map((list) => [list, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const list of shuffled(all)) {
      const start = performance.now();
      const { items } = await reader.list(list.filter, { limit: LIMIT });
      const elapsedMs = performance.now() - start;
      if (items.length !== (list.share === "none" ? 0 : LIMIT))
        throw new Error("The page is not full.");
      if (round >= 0) times.get(list)?.push(elapsedMs);
    }
  }
  const [base = Number.NaN, ...others] = all.map((list) => median(times.get(list) ?? []));
  return others.map((other) => other / base);
}

/** Removes the errors of refreshes of all but the oldest rows. */
async function keepErrors(url: string, share: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const last = `inst-${Math.round(share * INSTALLATIONS)
    .toString(16)
    .padStart(32, "0")}`;
  await sql`
    update installations set last_refresh_error = null
    where last_refresh_error is not null and id > ${last}
  `;
  await sql`vacuum (analyze) installations`;
  await sql.end();
}

const METHOD = `${INSTALLATIONS.toLocaleString("en")} installations, of which the oldest match, so that a list by id would read all others first; those with a time were installed last. First page of 50 rows through the store that the API uses, ${ROUNDS} rounds in random order; p50, divided by that of the list of all.`;
