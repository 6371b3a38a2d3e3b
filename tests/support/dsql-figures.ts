import type postgres from "postgres";
import type { FrontFigures } from "./dsql-front.ts";
import { type DsqlFigures, type DsqlMode, readDsqlFigures } from "./dsql-mode.ts";

/** Creates the table in which the databases of a run leave their figures. */
export async function createFigures(admin: postgres.Sql): Promise<void> {
  await admin`
    create table dsql_figures (
      commits int4, refused int4, first_refused int4, cut int4, too_many_rows int4
    )
  `;
}

/** Keeps the figures of a database that is dropped. */
export async function keepFigures(admin: postgres.Sql, database: postgres.Sql): Promise<void> {
  await admin`insert into dsql_figures ${admin(await readDsqlFigures(database))}`;
}

/** Returns what happened in all databases of a run, and at the proxy in front of them, as lines of text. */
export async function describeFigures(
  admin: postgres.Sql,
  { seed }: DsqlMode,
  refused: FrontFigures,
): Promise<string> {
  const [sum] = await admin<[DsqlFigures]>`
    select
      coalesce(sum(commits), 0)::int4 as commits,
      coalesce(sum(refused), 0)::int4 as refused,
      coalesce(sum(first_refused), 0)::int4 as first_refused,
      coalesce(sum(cut), 0)::int4 as cut,
      coalesce(sum(too_many_rows), 0)::int4 as too_many_rows
    from dsql_figures
  `;
  return [
    `PostgreSQL behaved as Aurora DSQL, DSQL_SEED=${seed}:`,
    `${sum.commits} commits, of which ${sum.refused} were refused (40001)`,
    `${sum.first_refused} of these were first attempts of a statement`,
    `${sum.cut} sessions cut at their commit`,
    `${sum.too_many_rows} statements refused that change more than 3000 rows (54000)`,
    `${refused.set} uses of SET refused, ${refused.lock} of advisory locks, ${refused.other} of others (0A000)`,
    "",
  ].join("\n  ");
}
