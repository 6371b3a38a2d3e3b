import type { Table } from "./section.ts";

/**
 * Nango's server, which is asked over HTTP, and cannot be run beside the others: it was measured apart, on
 * 2026-11-22, with PostgreSQL alone and its logs and traces off. Only its distance from the floor of that
 * run says something beside the tables of this one.
 */
export const NANGO: Table = {
  columns: ["measured apart", "p50, 1 in flight", "per second, 32 in flight", "SQL statements"],
  rows: [
    [
      "Nango 0.71.4, over HTTP",
      "115–138 × its floor",
      "123–142, its floor 16,900–22,900",
      "6, one of them a write",
    ],
  ],
};
