import type { Granted } from "../core/grants/granted-key.ts";
import type { InstallationFilter } from "../core/installation.ts";
import { type ListDeps, listInstallations } from "../core/installations/read.ts";
import { atMost, type Benchmark, type Section } from "./section.ts";
import { SCOPES } from "./support/installations.ts";
import { LIMIT } from "./support/list-pages.ts";
import { INSTALLATIONS, withLoadedInstallations } from "./support/loaded-installations.ts";
import { median, shuffled } from "./support/statistics.ts";

const WARM_UP_ROUNDS = 100;
const ROUNDS = 300;
const MAX_RATIO = 2;

/** Which grants lack something by the configuration, and the items that the first page has then. */
const MISSING = [
  {
    share: "10 %",
    isMissing: ({ scopes }: Granted) => !scopes.includes(SCOPES.newest),
    items: LIMIT,
  },
  {
    share: "0.1 %",
    isMissing: ({ scopes }: Granted) => scopes.includes(SCOPES.oldest),
    items: LIMIT,
  },
  { share: "none", isMissing: () => false, items: 0 },
] as const;

const FILTERS: readonly { readonly name: string; readonly filter: InstallationFilter }[] = [
  { name: "all", filter: {} },
  { name: "platform=slack", filter: { platform: "slack" } },
  { name: "is_active=true", filter: { isActive: true } },
  { name: "is_active=false", filter: { isActive: false } },
];

/** Measures the list of the installations whose grant lacks a scope, beside the list of all. */
export const missing: Benchmark = {
  id: "missing",
  measure: (progress) =>
    withLoadedInstallations(progress, ({ reader, sealer }) => {
      progress("lists");
      return measureMissing({ installations: reader, stateSealer: sealer });
    }),
};

async function measureMissing(deps: ListDeps): Promise<Section> {
  const rows: string[][] = [];
  const checks = [];
  for (const { name, filter } of FILTERS) {
    const plain = { share: "plain", filter, isMissing: () => false, items: LIMIT };
    const lists = [
      plain,
      ...MISSING.map((one) => ({ ...one, filter: { ...filter, missing: true } })),
    ];
    const times = new Map<string, number[]>(lists.map(({ share }) => [share, []]));
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      for (const { share, items, ...request } of shuffled(lists)) {
        const start = performance.now();
        const page = await listInstallations(deps, { ...request, limit: LIMIT, cursor: undefined });
        const elapsedMs = performance.now() - start;
        if (page.items.length !== items) throw new Error("The page is not full.");
        if (round >= 0) times.get(share)?.push(elapsedMs);
      }
    }
    const base = median(times.get("plain") ?? []);
    const ratios = MISSING.map(({ share }) => median(times.get(share) ?? []) / base);
    rows.push([name, base.toFixed(2), ...ratios.map((ratio) => `${ratio.toFixed(2)} ×`)]);
    for (const [index, { share }] of MISSING.entries()) {
      checks.push(
        atMost(
          `${name}: page with ${share} missing ÷ page without missing=true`,
          ratios[index] ?? Number.NaN,
          MAX_RATIO,
        ),
      );
    }
  }
  return {
    title: "Lists of installations with missing scopes",
    method: METHOD,
    tables: [
      { columns: ["list", "plain, ms", ...MISSING.map(({ share }) => `${share} missing`)], rows },
    ],
    checks,
  };
}

const METHOD = `${INSTALLATIONS.toLocaleString("en")} installations with nine distinct grants, of which the missing ones are the oldest. First page of 50 rows through the use case that the API uses, ${ROUNDS} rounds in random order; p50, divided by that of the same list without \`missing=true\`.`;
