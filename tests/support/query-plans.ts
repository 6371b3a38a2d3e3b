import type postgres from "postgres";
import * as v from "valibot";

/** How a statement has read a table. */
interface Scan {
  readonly type: string;
  readonly condition: string;
  readonly rows: number;
  readonly discarded: number;
}

const Plan = v.looseObject({
  "Node Type": v.string(),
  "Index Cond": v.optional(v.string(), ""),
  "Actual Rows": v.number(),
  "Rows Removed by Filter": v.optional(v.number(), 0),
  Plans: v.optional(v.array(v.unknown()), []),
});
const Explained = v.tuple([
  v.object({ "QUERY PLAN": v.tuple([v.looseObject({ Plan: v.unknown() })]) }),
]);

/** Runs a statement, and returns how it has read tables. */
export async function scansOf(sql: postgres.Sql, statement: postgres.Fragment): Promise<Scan[]> {
  const rows = await sql`explain (analyze, format json) ${statement}`;
  const [
    {
      "QUERY PLAN": [{ Plan: plan }],
    },
  ] = v.parse(Explained, [...rows]);
  return flatten(plan);
}

function flatten(node: unknown): Scan[] {
  const plan = v.parse(Plan, node);
  const below = plan.Plans.flatMap(flatten);
  if (!plan["Node Type"].endsWith("Scan")) return below;
  const scan = {
    type: plan["Node Type"],
    condition: plan["Index Cond"],
    rows: plan["Actual Rows"],
    discarded: plan["Rows Removed by Filter"],
  };
  return [scan, ...below];
}
